"""The page in a real browser: what it asks for, whether it can be read, light and dark, and reached by keyboard."""

from __future__ import annotations

import pytest
from browser import CONTRAST, NEEDS_BROWSER, chromium
from outputs_made import HOSTILE, verify_output
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ot_code.cli import main

pytestmark = NEEDS_BROWSER
READING = (
    CONTRAST
    + """
const words = [...document.querySelectorAll("h1,h2,h4,p,a,dt,dd,li,caption,th,td,summary,pre,figcaption")]
  .filter((each) => each.offsetParent !== null)
  .map((each) => [each.tagName, ratio(getComputedStyle(each).color, behind(each))]);
const shapes = [...document.querySelectorAll("svg rect")].map((each) => [each.getAttribute("class"),
  ratio(getComputedStyle(each).fill, getComputedStyle(document.body).backgroundColor)]);
return [words, shapes];
"""
)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    out = verify_output(folder / "out")
    assert main(["report", str(out), "--quiet"]) == 0
    with chromium(folder / "profile", request.param) as driver:
        driver.get((out / "report.html").as_uri())
        driver.scheme = request.param
        yield driver


def test_it_is_what_it_should_be_in_both_lights(page):
    paper = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}[page.scheme]
    words, shapes = page.execute_script(READING)
    assert [pair for pair in words if pair[1] < 4.5] == []
    assert [pair for pair in shapes if pair[1] < 2.2] == []
    assert len(words) > 100


def test_no_answer_does_anything_and_nobody_is_asked(page):
    assert page.title == "out: report of ot-code"
    assert page.find_elements(By.CSS_SELECTOR, "script, img, #evil") == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert [line for line in page.get_log("browser") if line["level"] == "SEVERE"] == []


def test_rows_are_looked_at_by_keyboard(page):
    page.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    webdriver.ActionChains(page).send_keys(Keys.TAB).perform()
    assert page.switch_to.active_element.text == "Skip to the report"
    places = []
    for _ in range(80):
        webdriver.ActionChains(page).send_keys(Keys.TAB).perform()
        active = page.switch_to.active_element
        places.append(active.location["y"])
        if active.tag_name == "summary" and active.text.startswith("row "):
            break
    assert places == sorted(places)
    active.send_keys(Keys.ENTER)
    row = active.find_element(By.XPATH, "..")
    assert row.get_attribute("open") is not None
    assert [title.text for title in row.find_elements(By.TAG_NAME, "h4")][:4] == ["Problem", "Input", "Expected", "Got"]
    assert HOSTILE in row.text


def test_tables_and_pictures_say_what_they_are(page):
    for table in page.find_elements(By.TAG_NAME, "table"):
        assert table.find_elements(By.CSS_SELECTOR, "caption, thead th[scope=col]")
        assert table.find_elements(By.CSS_SELECTOR, "tbody th[scope=row]")
    pictures = page.find_elements(By.CSS_SELECTOR, "svg:not([aria-hidden])")
    assert pictures
    assert all(each.get_attribute("role") == "img" and each.get_attribute("aria-label") for each in pictures)
    anchors = [link.get_attribute("href").partition("#")[2] for link in page.find_elements(By.CSS_SELECTOR, "nav a")]
    assert all(page.find_elements(By.ID, anchor) for anchor in anchors)


def test_a_narrow_window_needs_no_scrolling_sideways(page):
    page.set_window_size(500, 800)
    wide = page.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
