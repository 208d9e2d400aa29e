-- Keyaki for Neovim 0.11 and newer. Copy this file to `~/.config/nvim/plugin/keyaki.lua`.
-- It needs the program `keyaki` on PATH.

vim.lsp.config("keyaki", {
  cmd = { "keyaki", "lsp" },
  filetypes = { "json", "jsonc" },
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

-- What the lines above a policy lead to: `:lua vim.lsp.codelens.run()`.
for _, name in ipairs({ "keyaki.server.explainPolicy", "keyaki.server.compareWithHead" }) do
  vim.lsp.commands[name] = function(command, context)
    local client = vim.lsp.get_client_by_id(context.client_id)
    local params = { command = command.command, arguments = command.arguments }
    client:request("workspace/executeCommand", params, function(failure, answer)
      if failure then
        vim.notify(failure.message, vim.log.levels.WARN)
      elseif answer then
        show(answer.markdown)
      end
    end)
  end
end

vim.lsp.enable("keyaki")
