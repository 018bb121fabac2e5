"""A real Chromium, in light or dark, and the arithmetic by which colours can be read."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
NEEDS_BROWSER = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs chromium and chromium-driver (apt-get install chromium chromium-driver)"
)
# ratio(one, two): the contrast of two colours; behind(element): the colour that an element stands on.
CONTRAST = """
const channel = (value) => { value /= 255; return value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4; };
const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number);
  return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b); };
const behind = (element) => { for (; element; element = element.parentElement) {
  const colour = getComputedStyle(element).backgroundColor;
  if (!colour.endsWith(", 0)") && colour !== "transparent") return colour; } return "rgb(255, 255, 255)"; };
const ratio = (one, two) => {
  const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
  return (a + .05) / (b + .05); };
"""


@contextlib.contextmanager
def chromium(profile: Path, scheme: str) -> Iterator[webdriver.Chrome]:
    """A browser that asks nobody but the page's own server. scheme: light or dark."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for word in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync",
                 "disable-background-networking", "disable-component-update", "disable-dev-shm-usage",
                 f"user-data-dir={profile}"):  # fmt: skip
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    os.environ["SE_OFFLINE"] = "true"
    try:
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    except WebDriverException:  # its start, on a busy machine: once more
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        emulated = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", emulated)
        yield driver
    finally:
        driver.quit()
