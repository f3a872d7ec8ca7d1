"""What a browser gets over a connection that goes on with a session: runs from their beginning, and all else."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib.browser import whole_runs
from lib.browser.whole_runs import END, WholeRuns

# Streamlit's subprotocols: its own name, the token against forged requests, and of a session to go on with its id.
NEW, GOES_ON = ["streamlit", "token"], ["streamlit", "token", "session"]


def begin(*fragments: str) -> ForwardMsg:
    """Return what begins a run: of the page, or of the parts of it that are named."""
    forward = ForwardMsg()
    forward.new_session.name = "app"
    forward.metadata.run.fragment_ids.extend(fragments)
    return forward


def draw(text: str) -> ForwardMsg:
    forward = ForwardMsg()
    forward.delta.new_element.markdown.body = text
    return forward


def draw_end() -> ForwardMsg:
    """Return the last that a page draws which was not stopped before."""
    forward = ForwardMsg()
    forward.delta.add_block.id = f"$$ID-0123456789abcdef-{END}"
    return forward


def end(how: int = ForwardMsg.FINISHED_SUCCESSFULLY) -> ForwardMsg:
    return ForwardMsg(script_finished=how)


def tell() -> ForwardMsg:
    """Return what belongs to no run."""
    forward = ForwardMsg()
    forward.session_status_changed.run_on_save = True
    return forward


def received(sent: list[ForwardMsg | dict], *, kind: str = "websocket", protocols: list[str] = GOES_ON) -> list:
    """Return what of the messages of a server reaches the browser, over ASGI."""
    reached = []

    async def server(scope, receive, send) -> None:
        for one in sent:
            is_forward = isinstance(one, ForwardMsg)
            await send({"type": "websocket.send", "bytes": one.SerializeToString()} if is_forward else one)

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(message: dict) -> None:
        content = message.get("bytes")
        reached.append(ForwardMsg.FromString(content) if content else message)

    scope = {"type": kind, "path": "/_stcore/stream", "subprotocols": protocols}
    asyncio.run(WholeRuns(server)(scope, receive, send))
    return reached


def test_the_rest_of_a_run_whose_beginning_was_lost_is_held_back():
    """The browser put it in places that were not there, and ended with an empty page."""
    run = [begin(), draw("whole"), draw_end(), end()]
    assert received([draw("rest"), end(), *run]) == run


def test_an_end_alone_does_not_empty_the_page():
    """What a run did not draw is taken away at its end: of a run that was lost but for its end, all."""
    assert received([end()]) == []


@pytest.mark.parametrize("drawn", [[], [draw("half")]], ids=["nothing", "half"])
def test_a_run_that_was_stopped_takes_nothing_away(drawn):
    """It was told as one that had come to its end, and the controls forgot what they were set to."""
    whole = [begin(), draw("whole"), draw_end(), end()]
    stopped = [begin(), *drawn]
    assert received([*stopped, end(), *whole]) == [*stopped, end(ForwardMsg.FINISHED_EARLY_FOR_RERUN), *whole]


def test_what_comes_after_a_whole_run_passes_as_it_is():
    whole, other = [begin(), draw("whole"), draw_end(), end()], [begin(), draw("until somebody pressed Stop"), end()]
    assert received([*whole, *other]) == [*whole, *other]


def test_a_part_that_runs_by_itself_begins_no_whole_run():
    """A part draws into what the page's whole run has drawn, and that may be lost."""
    run = [begin(), draw("whole"), draw_end(), end()]
    part = [begin("readout"), draw("part"), end()]
    assert received([*part, *run]) == [begin("readout"), *run]
    assert received([*run, *part]) == [*run, *part]
    part_between = [begin("readout"), draw("part"), end(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)]
    assert received([run[0], *part_between, *run[1:]]) == [run[0], *part_between, *run[1:]]


def test_what_belongs_to_no_run_is_told_at_once():
    assert received([draw("rest"), tell()]) == [tell()]


def test_what_is_no_message_of_a_run_passes_as_it_is():
    others = [{"type": "websocket.accept", "subprotocol": "streamlit"}, {"type": "websocket.send", "text": "words"},
              {"type": "websocket.close", "code": 1000}]  # fmt: skip
    assert received(others) == others


@pytest.mark.parametrize("options", [{"protocols": NEW}, {"protocols": []}, {"kind": "http"}], ids=str)
def test_nothing_is_held_back_from_whoever_does_not_go_on_with_a_session(options):
    messages = [draw("rest"), end(), begin(), draw("whole"), end()]
    assert received(messages, **options) == messages


def test_each_connection_waits_for_a_beginning_of_its_own():
    whole = [begin(), draw("first"), draw_end(), end()]
    assert received(whole) == whole
    assert received([draw("first's rest"), end()]) == []


def asked_of(n_lost: int, lost: list[ForwardMsg]) -> list[str]:
    """Return what a server is asked for if of its first `n_lost` runs only this reaches the new connection.

    The browser asks once, says nothing more, and gets a whole run in the end.
    """
    asks = BackMsg()
    asks.rerun_script.query_string = "image=mine"
    whole = [begin(), draw("whole"), draw_end(), end()]
    asked, reached = [], []

    async def server(scope, receive, send) -> None:
        for number in range(n_lost + 1):
            message = await asyncio.wait_for(receive(), 2)
            asked.append(BackMsg.FromString(message["bytes"]).rerun_script.query_string)
            for one in lost if number < n_lost else whole:
                await send({"type": "websocket.send", "bytes": one.SerializeToString()})

    async def send(message: dict) -> None:
        reached.append(ForwardMsg.FromString(message["bytes"]))

    waiting = [{"type": "websocket.receive", "bytes": asks.SerializeToString()}]

    async def receive() -> dict:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop()

    asyncio.run(WholeRuns(server)({"type": "websocket", "subprotocols": GOES_ON}, receive, send))
    assert reached[-len(whole) :] == whole
    return asked


@pytest.mark.parametrize("n_lost", [0, 1, 2])
def test_a_run_whose_beginning_went_to_the_old_connection_is_asked_for_again(n_lost, monkeypatch):
    """Streamlit 1.67 sends all sessions theirs in turn. Of one that came back meanwhile, it sent the new run, or its
    beginning, to the connection that was lost; the page then took in nothing more, whatever was asked of it."""
    monkeypatch.setattr(whole_runs, "LOST_AFTER", 0.05)
    assert asked_of(n_lost, [draw("rest"), end()]) == ["image=mine"] * (n_lost + 1)


def test_a_run_is_asked_for_again_too_where_the_one_before_it_was_stopped(monkeypatch):
    monkeypatch.setattr(whole_runs, "LOST_AFTER", 0.05)
    assert asked_of(1, [begin(), end(), draw("rest of the next"), end()]) == ["image=mine"] * 2


def test_a_run_is_not_asked_for_again_for_ever(monkeypatch):
    monkeypatch.setattr(whole_runs, "LOST_AFTER", 0.01)
    with pytest.raises(TimeoutError):
        asked_of(whole_runs.MOST_ASKED + 1, [draw("rest"), end()])
