"""What an editor asks of a policy, asked by pytest-lsp: answers must be of the protocol's types."""

import asyncio

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

URI = "file:///example/role.policy.json"
TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": ["s3:GetObjekt", "s3:List*"],
      "Resource": "*"
    }
  ]
}
"""
HERE = types.TextDocumentIdentifier(uri=URI)
NAME = types.Position(line=4, character=16)
ACTION = types.Position(line=6, character=24)
PATTERN = types.Position(line=6, character=36)
ALL = types.Range(types.Position(0, 0), types.Position(11, 0))

pytestmark = pytest.mark.asyncio


async def opened(client: LanguageClient, text: str = TEXT) -> None:
    document = types.TextDocumentItem(uri=URI, language_id="json", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))


async def findings(client: LanguageClient) -> list[types.Diagnostic]:
    """What is found, asked for where the client asks and waited for where it does not."""
    if client.capabilities.text_document.diagnostic is not None:
        params = types.DocumentDiagnosticParams(text_document=HERE)
        report = await client.text_document_diagnostic_async(params)
        return list(report.items)
    for _ in range(100):
        if URI in client.diagnostics:
            return list(client.diagnostics[URI])
        await asyncio.sleep(0.05)
    raise AssertionError("no diagnostics")


async def fixes(client: LanguageClient, at: types.Position) -> list[types.CodeAction]:
    """The fixes at a place."""
    params = types.CodeActionParams(
        text_document=HERE,
        range=types.Range(at, at),
        context=types.CodeActionContext(diagnostics=[], only=[types.CodeActionKind.QuickFix]),
    )
    return list(await client.text_document_code_action_async(params) or [])


async def test_mistakes_are_found(client: LanguageClient):
    await opened(client)
    found = [finding.code for finding in await findings(client)]
    assert "invalid-action" in found


async def test_a_mistake_is_mended(client: LanguageClient):
    await opened(client, TEXT.replace("Read", "Read all"))
    [fix] = await fixes(client, NAME)
    resolved = await client.code_action_resolve_async(fix)
    assert "ReadAll" in str(resolved.edit)


async def test_no_fix_may_allow_more(client: LanguageClient):
    await opened(client)
    assert not await fixes(client, ACTION)


async def test_actions_are_offered(client: LanguageClient):
    await opened(client)
    params = types.CompletionParams(text_document=HERE, position=ACTION)
    offered = await client.text_document_completion_async(params)
    assert "s3:GetObject" in [item.label for item in offered.items]


async def test_a_pattern_is_explained(client: LanguageClient):
    await opened(client)
    params = types.HoverParams(text_document=HERE, position=PATTERN)
    hover = await client.text_document_hover_async(params)
    assert "ListBucket" in hover.contents.value


async def test_a_pattern_has_a_hint_and_the_policy_a_line_above(client: LanguageClient):
    await opened(client)
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(HERE, ALL))
    assert str(hints[0].label).startswith("= ")
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(HERE))
    assert "simulate…" in [lens.command.title for lens in lenses]


async def test_the_outline_has_the_statements(client: LanguageClient):
    await opened(client)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(HERE))
    assert [symbol.name for symbol in symbols] == ["Read"]


async def test_a_sid_is_renamed(client: LanguageClient):
    await opened(client)
    params = types.RenameParams(text_document=HERE, position=NAME, new_name="Fetch")
    edit = await client.text_document_rename_async(params)
    assert "Fetch" in str(edit)


async def test_a_text_is_laid_out(client: LanguageClient):
    await opened(client, TEXT.replace("\n", " "))
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    params = types.DocumentFormattingParams(text_document=HERE, options=options)
    assert await client.text_document_formatting_async(params)


async def test_the_shape_of_a_text_is_told(client: LanguageClient):
    await opened(client)
    assert await client.text_document_folding_range_async(types.FoldingRangeParams(HERE))
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(HERE))
    assert len(tokens.data) % 5 == 0 and tokens.data
    params = types.SelectionRangeParams(text_document=HERE, positions=[ACTION])
    [selection] = await client.text_document_selection_range_async(params)
    assert selection.parent is not None
    place = types.DocumentHighlightParams(text_document=HERE, position=PATTERN)
    assert await client.text_document_document_highlight_async(place)


async def test_a_request_is_simulated(client: LanguageClient):
    await opened(client, TEXT.replace("Objekt", "Object"))
    request = {
        "principal": "arn:aws:iam::111122223333:user/ann",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::bucket/key",
    }
    params = types.ExecuteCommandParams(
        command="keyaki.server.simulate", arguments=[URI, {"request": request}]
    )
    answer = await client.workspace_execute_command_async(params)
    says = answer["says"] if isinstance(answer, dict) else answer.says
    assert says == "allow"
