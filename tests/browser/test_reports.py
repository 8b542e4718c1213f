import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bassboss_lib import flow
from bassboss_lib.reports import write_index
from bassboss_lib.reports.handbook_page import write_handbook
from bassboss_lib.workspace import Workspace, open_workspace
from tests.browser.million import million_page
from tests.monthly_world import MONTH, delivered_world
from tests.reports.test_index import fill_many
from tests.reports.test_security_pages import hostile_page

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
    monthly = ("00_source_quality", "20_care_segment", "10_retention_train", "11_retention_list", "21_care_list")
    for notebook in (*monthly, "90_figures"):
        given = {"language": "en"} if notebook == "90_figures" else {"month": MONTH, "language": "en"}
        flow.run_target(workspace, notebook, given)
    flow.run_target(workspace, "90_figures", {})
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
    assert len(pages) == 1 + 2 * 6
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


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_on_any_page(world: Workspace, chromium, tmp_path: Path, width: int) -> None:
    pages = [world.index, *sorted(world.runs.glob("*/*/*/report.html"))]
    pages += [write_handbook(tmp_path / f"{to}.html", to, "10000") for to in ("zh", "en")]  # type: ignore[arg-type]
    found = {page: _grave(chromium, page, width) for page in pages}
    assert {page.parent.name: said for page, said in found.items() if said} == {}


def test_dark_pages_can_be_read_too(world: Workspace, chromium) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    try:
        for page in (world.index, *sorted(world.runs.glob("*/10_retention_train/*/report.html"))):
            assert _grave(chromium, page, 1280) == []
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def _grave(chromium, page: Path, width: int) -> list[str]:
    """Run axe-core on a page; give what it calls serious or critical."""
    import axe_playwright_python

    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    _opened(chromium, page, width)
    # The page's own policy forbids scripts; the driver's are not the page's.
    chromium.execute_script(axe)
    said = chromium.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:120]}"
        for rule in said["violations"]
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_on_a_million_customers_is_small_and_opens_at_once(chromium, tmp_path: Path, language: str) -> None:
    page = million_page(open_workspace(tmp_path / "w", "2026-11-03T08:00"), language)
    assert page.stat().st_size < 5_000_000
    assert _opened(chromium, page, 1280) == ([], [])
    assert _loaded_s(chromium) < 2
    assert _grave(chromium, page, 1280) == []


def test_the_page_of_sixty_months_opens_at_once(chromium, tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "w", "2026-11-03T08:00")
    fill_many(workspace)
    page = write_index(workspace)
    assert _opened(chromium, page, 1280) == ([], [])
    assert _loaded_s(chromium) < 2


def _loaded_s(chromium) -> float:
    """Give the seconds from the call to the end of loading, as the browser took them."""
    script = "const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd - t.startTime"
    return float(chromium.execute_script(script)) / 1000


def test_S03_hostile_strings_do_nothing_in_a_browser(chromium, tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "w", "2026-11-03T08:00")
    page = tmp_path / "hostile.html"
    page.write_text(hostile_page(workspace), encoding="utf-8")
    remote, complaints = _opened(chromium, page, 1280)
    assert remote == []
    # A picture that is none is a broken picture, and the only thing there is to complain of.
    assert [line for line in complaints if not line.startswith("data:image/png;base64,")] == []
    assert chromium.execute_script("return document.title") != "owned"
    assert (
        chromium.execute_script("return document.scripts.length + document.querySelectorAll('main [style]').length")
        == 0
    )
    assert chromium.execute_script("return document.querySelectorAll('#content').length") == 1


def test_a_printed_report_has_pages_of_a4_and_whole_figures(world: Workspace, chromium) -> None:
    [page, *_] = sorted(world.runs.glob(f"{MONTH}/10_retention_train/*/report.html"))
    _opened(chromium, page, 1280)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = chromium.execute_script(
            "return [getComputedStyle(document.querySelector('figure')).breakInside,"
            " getComputedStyle(document.querySelector('nav')).display,"
            " Math.max(...[...document.images].map(i => i.getBoundingClientRect().height))]"
        )
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown[:2] == ["avoid", "none"]
    assert shown[2] <= 200 / 25.4 * 96 + 1  # fits a page of A4 inside its margins
    pdf = chromium.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert b"/MediaBox [0 0 594" in base64.b64decode(pdf) or b"/MediaBox [0 0 595" in base64.b64decode(pdf)


def test_a_keyboard_reaches_content_switch_and_contents(world: Workspace, chromium) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    [page, *_] = sorted(world.runs.glob(f"{MONTH}/10_retention_train/*/report.html"))
    _opened(chromium, page, 1280)
    reached = []
    for _ in range(6):
        ActionChains(chromium).send_keys(Keys.TAB).perform()
        reached.append(
            chromium.execute_script("const e = document.activeElement; return e.tagName + '.' + (e.className || e.id)")
        )
        outline = chromium.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached[-1]
    assert reached[0] == "A.skip"
    assert "SUMMARY." in reached
    assert "INPUT.show-code" in reached
    assert any(one.startswith("A.") for one in reached[3:])


def test_code_is_behind_a_switch_and_each_page_speaks_one_language(world: Workspace, chromium) -> None:
    zh, en = sorted(world.runs.glob(f"{MONTH}/10_retention_train/*/report.html"))
    for page, said, unsaid in ((zh, "从谁学起", "Whom we learn from"), (en, "Whom we learn from", "从谁学起")):
        _opened(chromium, page, 1280)
        text = chromium.execute_script("return document.body.innerText")
        assert said in text
        assert unsaid not in text
        assert "retention.material(" not in text
