import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bassboss_lib import flow
from bassboss_lib.workspace import Workspace
from tests.monthly_world import MONTH, delivered_world

pytestmark = pytest.mark.browser

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = delivered_world(tmp_path_factory.mktemp("browser") / "work")
    flow.run_target(workspace, "monthly", {"month": MONTH})
    flow.run_target(workspace, "10_retention_train", {"month": MONTH, "language": "en"})
    return workspace


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for switch in SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def _opened(chromium, page: Path, width: int) -> tuple[list[str], list[str]]:
    chromium.set_window_size(width, 1000)
    chromium.get_log("performance")
    chromium.get_log("browser")
    chromium.get(page.as_uri())
    messages = [json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    remote = [url for url in asked if not url.startswith(("file:", "data:"))]
    return remote, [entry["message"] for entry in chromium.get_log("browser")]


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_without_network_and_without_complaint(world: Workspace, chromium, width: int) -> None:
    pages = [world.index, *sorted(world.runs.glob("*/*/*/report.html"))]
    assert len(pages) == 5
    for page in pages:
        assert page.stat().st_size < 5_000_000
        assert _opened(chromium, page, width) == ([], [])
        wide = chromium.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.parent.name} scrolls sideways by {wide} px at {width}"


def test_figures_are_drawn_and_described(world: Workspace, chromium) -> None:
    [page, *_] = sorted(world.runs.glob(f"{MONTH}/10_retention_train/*/report.html"))
    _opened(chromium, page, 1280)
    figures = chromium.execute_script(
        "return [...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length])"
    )
    assert len(figures) >= 12
    assert all(drawn and described > 5 for drawn, described in figures)


def test_code_is_behind_a_switch_and_each_page_speaks_one_language(world: Workspace, chromium) -> None:
    zh, en = sorted(world.runs.glob(f"{MONTH}/10_retention_train/*/report.html"))
    for page, said, unsaid in ((zh, "从谁学起", "Whom we learn from"), (en, "Whom we learn from", "从谁学起")):
        _opened(chromium, page, 1280)
        text = chromium.execute_script("return document.body.innerText")
        assert said in text
        assert unsaid not in text
        assert "retention.material(" not in text
