"""The page at /, in a browser: what a person does with it, by keyboard, and whether they can read it."""

from __future__ import annotations

import pytest
from browser import CONTRAST, NEEDS_BROWSER, chromium
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

pytestmark = NEEDS_BROWSER
READING = (
    CONTRAST
    + """
return [...document.querySelectorAll("h1,h2,h3,p,label,legend,button,textarea,select,input,th,td,pre")]
  .filter((each) => each.offsetParent !== null && !each.disabled)
  .map((each) => [each.tagName + "#" + each.id, ratio(getComputedStyle(each).color, behind(each))]);
"""
)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, server, tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile"), request.param) as driver:
        driver.get(server.url)
        WebDriverWait(driver, 20).until(lambda d: len(Select(d.find_element(By.ID, "language")).options) > 1)
        yield driver


def write(page, name, text):
    field = page.find_element(By.ID, name)
    field.clear()
    field.send_keys(text)


def result(page, act):
    old = page.find_element(By.ID, "result").text
    page.execute_script("document.getElementById('result').textContent = ''")
    act()
    WebDriverWait(page, 30).until(lambda d: d.find_elements(By.ID, "verdict"))
    assert old is not None
    return page.find_element(By.ID, "verdict").text, page.find_element(By.ID, "result").text


def test_a_program_is_run_by_keyboard(page):
    write(page, "source", "print(int(input()) * 2)")
    write(page, "stdin", "21")
    field = page.find_element(By.ID, "source")
    verdict, text = result(page, lambda: field.send_keys(Keys.CONTROL, Keys.ENTER))
    assert verdict == "exited"
    assert "42" in text
    assert "of 4 s" in text
    assert "of 512 MiB" in text


def test_a_program_is_judged(page):
    write(page, "source", "print(sum(map(int, input().split())))")
    judge = page.find_element(By.ID, "judge")
    assert result(page, lambda: judge.send_keys(Keys.ENTER))[0] == "accepted"
    write(page, "source", "print(41)")
    verdict, text = result(page, lambda: judge.send_keys(Keys.SPACE))
    assert verdict == "wrong answer"
    assert "41" in text
    assert "42" in text


def test_another_language(page):
    Select(page.find_element(By.ID, "language")).select_by_value("c")
    write(page, "source", "int main( {")
    assert result(page, lambda: page.find_element(By.ID, "run").click())[0] == "compile error"
    Select(page.find_element(By.ID, "language")).select_by_value("python3")


def test_what_a_program_prints_is_never_markup(page):
    write(page, "source", "print('<img src=x onerror=document.title=1><b id=evil>')")
    _, text = result(page, lambda: page.find_element(By.ID, "run").click())
    assert "<img" in text
    assert page.find_elements(By.ID, "evil") == []


def test_it_can_be_read_and_reached(page):
    low = [pair for pair in page.execute_script(READING) if pair[1] < 4.5]
    assert low == []
    for field in page.find_elements(By.CSS_SELECTOR, "textarea, select, input"):
        name = field.get_attribute("id")
        assert page.find_elements(By.CSS_SELECTOR, f"label[for='{name}']"), name
    page.find_element(By.TAG_NAME, "body").click()
    reached = set()
    for _ in range(30):
        webdriver.ActionChains(page).send_keys(Keys.TAB).perform()
        reached.add(page.switch_to.active_element.get_attribute("id"))
    assert {"source", "language", "time", "memory", "stdin", "run", "add", "judge", "input-1", "expected-1"} <= reached
    assert "slots busy" in page.find_element(By.ID, "load").text


def test_it_asks_nobody_else_and_says_nothing_wrong(page, server):
    asked = page.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert all(each.startswith(server.url) for each in asked)
    assert [line for line in page.get_log("browser") if line["level"] == "SEVERE"] == []
