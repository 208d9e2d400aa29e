"""A client that is not ours, with the abilities of an editor, and the server that it starts."""

import os

import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

# The program under test, and the editor whose abilities the client has: a name of pytest-lsp.
PROGRAM = os.environ["KEYAKI"]
EDITORS = ["visual_studio_code", "neovim", "emacs"]

# What the server may ask, and gets no more than a nod for.
QUESTIONS = [types.CLIENT_REGISTER_CAPABILITY, types.WORKSPACE_CODE_LENS_REFRESH]


@pytest_lsp.fixture(
    params=EDITORS,
    config=ClientServerConfig(server_command=[PROGRAM, "lsp", "--catalog", "embedded"]),
)
async def client(request, lsp_client: LanguageClient):
    """A session, from the greeting to the goodbye."""
    for question in QUESTIONS:
        lsp_client.feature(question)(lambda *_: None)
    capabilities = client_capabilities(request.param)
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities, workspace_folders=[])
    )
    yield
    await lsp_client.shutdown_session()
