-- Keyaki for Neovim 0.11 and newer. Copy this file to `~/.config/nvim/plugin/keyaki.lua`.
-- It needs the program `keyaki` on PATH.

vim.lsp.config("keyaki", {
  cmd = { "keyaki", "lsp" },
  -- Templates and Terraform among them; of others the server says nothing.
  filetypes = { "json", "jsonc", "yaml", "yaml.cloudformation", "terraform" },
  root_markers = { ".git" },
  settings = { keyaki = {} },
})

-- Shows a text that the server made of a policy, beside it.
local function show(markdown)
  vim.cmd("vertical new")
  vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = "nofile", "wipe", false
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(markdown, "\n"))
  vim.bo.filetype, vim.bo.modifiable = "markdown", false
end

-- Runs a command of the server and shows the page that it answers with.
local function run(client, command, arguments)
  local params = { command = "keyaki.server." .. command, arguments = arguments }
  client:request("workspace/executeCommand", params, function(failure, answer)
    if failure then
      vim.notify(failure.message, vim.log.levels.WARN)
    elseif answer then
      show(answer.markdown)
    end
  end)
end

-- What the lines above a policy lead to: `:lua vim.lsp.codelens.run()`.
for _, name in ipairs({ "explainPolicy", "compareWithHead", "simulate" }) do
  vim.lsp.commands["keyaki.server." .. name] = function(command, context)
    run(vim.lsp.get_client_by_id(context.client_id), name, command.arguments)
  end
end

-- Does something hold of this policy? `:KeyakiProve no-public-access`, or
-- `:KeyakiProve access-not-granted iam:* s3:Put*`.
vim.api.nvim_create_user_command("KeyakiProve", function(words)
  local client = vim.lsp.get_clients({ bufnr = 0, name = "keyaki" })[1]
  if client then
    local question = { question = words.fargs[1], actions = vim.list_slice(words.fargs, 2) }
    run(client, "prove", { vim.uri_from_bufnr(0), { question = question } })
  end
end, {
  nargs = "+",
  complete = function()
    return { "no-public-access", "access-not-granted", "no-new-access", "equivalent", "always-denied" }
  end,
})

vim.lsp.enable("keyaki")
