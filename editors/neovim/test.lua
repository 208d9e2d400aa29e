-- Tests in a real Neovim: `cargo xtask test-neovim` runs them. Arguments: the settings, a folder.

local PATIENCE = 20000
local settings, folder = arg[1], arg[2]

local function until_true(what, is_so)
  local ok = vim.wait(PATIENCE, is_so, 20)
  assert(ok, what .. " did not come")
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

local function open(name)
  vim.cmd.edit(folder .. "/" .. name)
  until_true("the server", function()
    return #vim.lsp.get_clients({ bufnr = 0, name = "keyaki" }) == 1
  end)
end

local function put_cursor(on)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(on, 1, true)
    if column then
      return vim.api.nvim_win_set_cursor(0, { number, column })
    end
  end
  error("there is no " .. on)
end

local function codes()
  local all = vim.tbl_map(function(found) return found.code end, vim.diagnostic.get(0))
  table.sort(all)
  return all
end

local function ask(method, more)
  local params = vim.lsp.util.make_position_params(0, "utf-8")
  local answers = vim.lsp.buf_request_sync(0, method, vim.tbl_extend("force", params, more or {}), PATIENCE)
  local _, answer = next(answers)
  assert(answer and not answer.err, method .. ": " .. vim.inspect(answer))
  return answer.result
end

-- Does what the first line above the policy with that title leads to.
local function follow(title)
  for _, lens in ipairs(vim.lsp.codelens.get(0)) do
    if lens.command.title == title then
      return vim.lsp.get_clients({ name = "keyaki" })[1]:exec_cmd(lens.command, { bufnr = 0 })
    end
  end
  error("no line " .. title)
end

local tests = {
  { "findings appear while typing and go away", function()
    open("role.json")
    until_true("the finding", function() return vim.deep_equal(codes(), { "invalid-action" }) end)
    vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text():gsub("GetObjekt", "GetObject"), "\n"))
    until_true("the end of the finding", function() return #codes() == 0 end)
    vim.cmd("undo")
    until_true("the finding", function() return #codes() == 1 end)
  end },

  { "a quick fix is applied", function()
    open("reports.policy.json")
    until_true("the finding", function() return #codes() == 1 end)
    put_cursor("PrincipalOrgID")
    vim.lsp.buf.code_action({ apply = true, context = { only = { "quickfix" }, diagnostics = {} } })
    until_true("the fix", function() return text():find('"StringEquals": {', 1, true) ~= nil end)
    vim.cmd("undo")
  end },

  { "hover tells what a pattern grants", function()
    open("reports.policy.json")
    put_cursor("List*")
    vim.lsp.buf.hover()
    until_true("the window", function()
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        if vim.api.nvim_win_get_config(window).relative ~= "" and table.concat(lines):find("ListBucket") then
          vim.api.nvim_win_close(window, true)
          return true
        end
      end
    end)
  end },

  { "completion offers actions", function()
    open("reports.policy.json")
    put_cursor("List*")
    local items = ask("textDocument/completion").items
    local labels = vim.tbl_map(function(item) return item.label end, items)
    assert(vim.tbl_contains(labels, "s3:ListBucket"), vim.inspect(labels))
  end },

  { "inlay hints count actions", function()
    open("reports.policy.json")
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    until_true("the hint", function()
      local hints = vim.lsp.inlay_hint.get({ bufnr = 0 })
      return #hints == 1 and hints[1].inlay_hint.label:find("= %d+ actions") ~= nil
    end)
  end },

  { "the line above a policy says that it is public, and explains it", function()
    open("logs.policy.json")
    until_true("the proof", function() return vim.tbl_contains(codes(), "public-access") end)
    vim.lsp.codelens.refresh({ bufnr = 0 })
    local function titles()
      return vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(0))
    end
    until_true("the line", function()
      return vim.tbl_contains(titles(), "grants 2 actions, 1 write, public")
    end)
    follow("explain")
    until_true("the page", function() return text():find("# logs.policy.json", 1, true) == 1 end)
    assert(vim.bo.filetype == "markdown" and not vim.bo.modifiable)
    vim.cmd("bwipeout")
  end },

  { "a request is simulated from the line above a policy", function()
    open("logs.policy.json")
    vim.lsp.codelens.refresh({ bufnr = 0 })
    until_true("the lines", function() return #vim.lsp.codelens.get(0) > 0 end)
    follow("simulate…")
    until_true("the page", function() return text():find("# Allowed", 1, true) == 1 end)
    vim.cmd("bwipeout")
  end },

  { "a claim is refuted by a request", function()
    open("logs.policy.json")
    vim.cmd("KeyakiProve access-not-granted s3:Get*")
    until_true("the page", function() return text():find("# Refuted", 1, true) == 1 end)
    vim.cmd("bwipeout")
  end },

  { "a document is formatted, a Sid is renamed, symbols are listed", function()
    open("logs.policy.json")
    put_cursor("ReadReports")
    vim.lsp.buf.rename("ReadAll")
    until_true("the name", function() return text():find('"Sid": "ReadAll"', 1, true) ~= nil end)
    vim.cmd("undo")
    local symbols = ask("textDocument/documentSymbol")
    assert(symbols[1].name == "ReadReports" and #symbols == 3, vim.inspect(symbols))
    open("role.json")
    vim.lsp.buf.format({ timeout_ms = PATIENCE })
    assert(vim.api.nvim_buf_line_count(0) == 8, text())
  end },

  { "semantic tokens are there", function()
    open("reports.policy.json")
    until_true("the tokens", function()
      put_cursor("GetObject")
      local here = vim.lsp.semantic_tokens.get_at_pos(0)
      return here ~= nil and #here > 0
    end)
  end },

  { "other JSON and YAML files have no findings", function()
    for _, name in ipairs({ "inventory.json", "values.yaml" }) do
      open(name)
      vim.wait(300)
      assert(#codes() == 0)
    end
  end },

  { "a template has findings, and its policies are followed and renamed", function()
    open("stack.yaml")
    until_true("the finding", function() return vim.deep_equal(codes(), { "unsupported-sid" }) end)
    put_cursor("!Ref ReadReports")
    vim.api.nvim_win_set_cursor(0, { vim.api.nvim_win_get_cursor(0)[1], text():match("[^\n]*!Ref"):len() + 3 })
    local references = ask("textDocument/references", { context = { includeDeclaration = true } })
    assert(#references == 2, vim.inspect(references))
    vim.lsp.buf.rename("Readers")
    until_true("the name", function() return text():find("!Ref Readers", 1, true) ~= nil end)
    assert(text():find("\n  Readers:", 1, true) ~= nil)
    vim.cmd("undo")
  end },

  { "the same is found elsewhere, in this text and in others", function()
    open("logs.policy.json")
    put_cursor("GetObject")
    assert(#ask("textDocument/documentHighlight") == 2)
    local symbols = vim.lsp.buf_request_sync(0, "workspace/symbol", { query = "RefusePlain" }, PATIENCE)
    local _, answer = next(symbols)
    assert(answer.result[1].name == "RefusePlainHttp", vim.inspect(answer))
    local folds = ask("textDocument/foldingRange")
    assert(folds[1].startLine == 0, vim.inspect(folds))
  end },

  { "all safe fixes are applied, and elements brought into order", function()
    open("tidy.policy.json")
    until_true("the finding", function() return #codes() == 1 end)
    vim.lsp.buf.code_action({ apply = true, context = { only = { "source.fixAll.keyaki" }, diagnostics = {} } })
    until_true("the end of the finding", function() return #codes() == 0 end)
    vim.lsp.buf.code_action({ apply = true, context = { only = { "source.organizePolicy.keyaki" }, diagnostics = {} } })
    until_true("the order", function() return vim.api.nvim_buf_line_count(0) > 5 end)
  end },
}

vim.o.hidden = true
dofile(settings)
for _, test in ipairs(tests) do
  local start = vim.uv.hrtime()
  local ok, failure = xpcall(test[2], debug.traceback)
  if not ok then
    io.stderr:write("failed: " .. test[1] .. ": " .. tostring(failure) .. "\n")
    vim.cmd("cquit 1")
  end
  print(("ok: %s (%d ms)"):format(test[1], (vim.uv.hrtime() - start) / 1e6))
end
vim.cmd("qall!")
