"""A real browser, Debian's Chromium without a window, driven by npm's playwright-core through browser.js."""

import atexit
import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from support import processes, wait

PLAYWRIGHT = Path(__file__).resolve().parents[3] / "build/playwright-core"

_tools = None  # a folder with the driver, which everybody can read

# The lowest contrast of a text with its background, and the text, of all that is shown. An SVG text has a fill.
CONTRAST = """() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const background = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = numbers(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let lowest = [21, ''];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility() || ['SCRIPT', 'STYLE', 'title', 'desc'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const ink = light(numbers(element.tagName === 'text' ? style.fill : style.color));
    const paper = light(background(element));
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < lowest[0]) lowest = [contrast, text];
  }
  return lowest;
}"""


class Browser:
    """One page at a time. Its methods fail the test if the browser reports an error."""

    def __init__(self, process):
        self._process = process

    def _ask(self, command, **parameters):
        self._process.stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the driver of the browser has ended during {command}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{command}: {answer['error']}")
        return answer["value"]

    def launch(self):
        """With its sandbox, if this user may make one: a container may forbid it."""
        try:
            return self._ask("launch", sandbox=True)
        except AssertionError as error:
            if "sandbox" not in str(error).lower():
                raise
            return self._ask("launch", sandbox=False)

    def open(self, url, **options):
        """The reply's "status" and "headers". `options` are those of Playwright's newContext()."""
        return self._ask("open", url=str(url), options=options)

    def size(self, width, height):
        self._ask("size", width=width, height=height)

    def scheme(self, scheme):
        """"light" or "dark"."""
        self._ask("scheme", scheme=scheme)

    def follow(self, selector):
        """Clicks a link, and waits for the page that it leads to."""
        self._ask("follow", selector=selector)

    def evaluate(self, script):
        return self._ask("evaluate", script=script)

    def wait_for(self, script, what):
        """Waits until the script's value in the page is true."""
        wait.until(lambda: self.evaluate(script), what, interval=0.2)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent")

    def accessible(self):
        """What a screen reader is told, as Playwright's aria snapshot."""
        return self._ask("accessible")

    def lowest_contrast(self):
        return self.evaluate(f"({CONTRAST})()")

    def screenshot(self, path):
        self._ask("screenshot", path=str(path))

    def problems(self):
        """Errors and warnings of the console since open(), violations of the page's policy among them."""
        return self._ask("problems")


def prepare(user):
    """Copies the driver, while root can read it, for `user`. Call it before main(), which gives up root."""
    global _tools
    if not PLAYWRIGHT.is_dir() or not shutil.which("chromium"):
        raise SystemExit("there is no browser: run deploy/install-packages test playwright")
    _tools = Path(tempfile.mkdtemp(prefix="walstow-browser-"))
    atexit.register(shutil.rmtree, _tools, ignore_errors=True)
    shutil.copytree(PLAYWRIGHT, _tools / "playwright-core")
    shutil.copy(Path(__file__).with_suffix(".js"), _tools)
    if os.geteuid() == 0:
        for path in (_tools, *_tools.rglob("*")):
            shutil.chown(path, user)


@contextlib.contextmanager
def browser():
    driver = (_tools / "browser.js", _tools / "playwright-core", shutil.which("chromium"))
    with processes.pipe("node", *driver) as process:
        one = Browser(process)
        one.launch()
        yield one
