"""Node.js and the independent peers that wire tests run."""

from __future__ import annotations

import pytest

from tests.support.node import run_node

pytestmark = pytest.mark.node


@pytest.mark.parametrize("peer", ["wechat-crypto", "@wecom/crypto", "node-easywechat"])
def test_each_peer_loads(peer: str) -> None:
    assert run_node(f"console.log(typeof require('{peer}'))").strip() in ("function", "object")


def test_a_script_gets_arguments_and_text_and_its_failure_is_shown() -> None:
    script = "process.stdout.write(process.argv[1] + require('fs').readFileSync(0, 'utf8'))"
    assert run_node(script, "你", text="好") == "你好"
    with pytest.raises(RuntimeError, match="no such thing"):
        run_node("throw new Error('no such thing')")
