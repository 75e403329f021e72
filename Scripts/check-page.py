"""Opens the page of `tessera serve` in a real headless Chromium and uses it as a person would: load, type, move with
the keyboard, compare, generate, branch, stop, run into errors, on a wide and on a narrow screen, light and dark.
With `--pictures FOLDER` it keeps what it saw."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from playwright.sync_api import expect, sync_playwright


class Server:
    """A running server."""

    def __init__(self, program, model, tokenizers, key=None, port=0):
        command = [program, "--model", model, "--name", "smollm2", "--port", str(port), "--json"]
        for tokenizer in tokenizers:
            command += ["--tokenizer", tokenizer]
        environment = {**os.environ, **({"TESSERA_API_KEY": key} if key else {})}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the server did not start")
        self.port = json.loads(line)["port"]
        self.url = json.loads(line)["url"]

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Page:
    """A page that notes what it must not do: complain, or ask anybody else."""

    def __init__(self, browser, server, **options):
        self.complaints = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self.note)
        self.page.on("request", lambda request: request.url.startswith((server.url, "data:")) or
                     self.complaints.append(f"asks {request.url}"))
        self.page.goto(server.url)

    def note(self, message):
        # Chromium itself reports every failed request; those are made on purpose below.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def close(self):
        assert not self.complaints, self.complaints
        self.context.close()


def ended(page):
    """The text has come to its end, by itself or at the limit."""
    expect(page.locator("#make-numbers")).to_contain_text(re.compile("at the limit|ended its text"), timeout=60_000)


def fits(page):
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


def desktop(browser, server, keep):
    opened = Page(browser, server, viewport={"width": 1200, "height": 800}, color_scheme="light")
    page = opened.page
    expect(page.locator("#server-text")).to_contain_text("smollm2")
    expect(page.locator("#tokens .token").first).to_be_visible()
    expect(page.locator("#cost-languages rect").first).to_be_visible()

    # Type, and the tokens follow.
    page.fill("#text", "")
    page.locator("#text").press_sequentially("Hello wörld, 東京 and 🚆!")
    expect(page.locator("#cut-numbers")).to_contain_text("22 characters")
    names = page.locator("#tokens .token").all_inner_texts()
    assert names[0] == "Hello" and names[1].startswith("·w"), names
    assert page.locator("#tokens .hex").count() > 0, "parts of characters are shown as bytes"

    # The keyboard moves through the tokens.
    page.locator("#tokens .token").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#detail")).to_contain_text("2 of")
    expect(page.locator('#tokens [aria-selected="true"]')).to_have_count(1)
    page.check("#show-ids")
    expect(page.locator("#tokens .id").first).to_be_visible()
    assert page.locator("#cost-languages text.end").count() == 12
    assert page.locator("#cost-text rect").count() == page.locator("#tokenizer option").count()
    if page.locator("#tokenizer option").count() > 1:
        page.select_option("#tokenizer", index=1)
        expect(page.locator("#tokens .token").first).to_be_visible()
        page.select_option("#tokenizer", index=0)
    page.uncheck("#show-ids")
    page.fill("#text", "Tokens are what a model reads: words, parts of words, 東京, emoji 🚆 and spaces.")
    expect(page.locator("#tokens .token").first).not_to_have_text("Hello")
    page.locator("#tokens .token").nth(3).click()
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "page-tokens")

    # Generate, look at a token, branch, and stop.
    page.fill("#prompt", "The capital of France is")
    page.fill("#count", "40")
    page.focus("#prompt")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#output .token[data-index]").nth(5)).to_be_visible()
    expect(page.locator("#make-numbers")).to_contain_text("a second")
    ended(page)
    assert 8 <= page.locator("#output .token[data-index]").count() <= 40
    page.locator("#output .token[data-index]").nth(6).click()
    expect(page.locator("#bars-title")).to_contain_text("Token 7")
    expect(page.locator("#bars .option")).to_have_count(10)
    expect(page.locator("#gauges")).to_contain_text("cache in use")
    page.locator("#make").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('make').scrollIntoView()")
    keep(page, "page-generate")
    before = page.locator("#output .token[data-index]").all_inner_texts()
    other = page.locator('#bars .option[aria-pressed="false"]').nth(1)
    name = other.locator(".name").inner_text()
    other.click()
    expect(page.locator("#output .token[data-index]").nth(6)).to_have_text(name)
    ended(page)
    after = page.locator("#output .token[data-index]").all_inner_texts()
    assert after[:6] == before[:6] and after[6] == name, (before[:8], after[:8], name)

    page.fill("#count", "2000")
    page.check("#chat")
    page.click("#go")
    expect(page.locator("#output .token[data-index]").nth(3)).to_be_visible()
    page.focus("#prompt")
    page.keyboard.press("Escape")
    expect(page.locator("#stop")).to_be_disabled()
    fits(page)

    # What goes wrong is said, and can be dismissed.
    page.fill("#prompt", "")
    page.uncheck("#chat")
    page.click("#go")
    expect(page.locator("#problem-text")).to_contain_text("at least one character")
    page.click("#problem-close")
    expect(page.locator("#problem")).to_be_hidden()
    opened.close()


def phone(browser, server, keep):
    opened = Page(browser, server, viewport={"width": 375, "height": 700}, color_scheme="dark",
                  device_scale_factor=2, is_mobile=True, has_touch=True)
    page = opened.page
    expect(page.locator("#tokens .token").first).to_be_visible()
    expect(page.locator("#cost-languages rect").first).to_be_visible()
    fits(page)
    page.fill("#text", "https://example.org/" + "a" * 300)
    fits(page)
    page.fill("#text", "Grüße aus 東京 🚆 in a small pocket")
    keep(page, "phone-tokens")
    page.evaluate("document.getElementById('cost').scrollIntoView()")
    keep(page, "phone-cost")
    page.fill("#count", "24")
    page.tap("#go")
    ended(page)
    page.locator("#output .token[data-index]").nth(2).tap()
    expect(page.locator("#bars-title")).to_contain_text("Token 3")
    fits(page)
    page.evaluate("document.getElementById('make').scrollIntoView()")
    keep(page, "phone-generate")
    opened.close()


def errors(browser, program, model, keep):
    server = Server(program, model, [], key="open sesame")
    opened = Page(browser, server, viewport={"width": 1000, "height": 700})
    page = opened.page
    expect(page.locator("#key-form")).to_be_visible()
    page.fill("#key", "wrong")
    page.click("#key-form button")
    expect(page.locator("#key-form")).to_be_visible()
    page.fill("#key", "open sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#tokens .token").first).to_be_visible()
    expect(page.locator("#problem")).to_be_hidden()
    server.stop()
    page.fill("#text", "Is anybody there?")
    expect(page.locator("#problem-text")).to_contain_text("does not answer")
    expect(page.locator("#key-form")).to_be_hidden()
    keep(page, "page-error")
    again = Server(program, model, [], key="open sesame", port=server.port)
    page.fill("#text", "Is anybody there now?")
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#server-text")).to_contain_text("smollm2")
    again.stop()
    opened.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the program tessera-server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", action="append", default=[])
    parser.add_argument("--pictures", type=pathlib.Path)
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("no Chromium here; install Debian's chromium or name one with CHROMIUM")

    def keep(page, name):
        if options.pictures:
            page.wait_for_timeout(300)
            page.screenshot(path=options.pictures / f"{name}.png")

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, env={**os.environ, "HOME": home},
                                             args=["--no-sandbox"])
        server = Server(options.server, options.model, options.tokenizer)
        try:
            desktop(browser, server, keep)
            phone(browser, server, keep)
            errors(browser, options.server, options.model, keep)
        finally:
            server.stop()
            browser.close()
    print("the page loads, cuts, compares, generates, branches, stops and tells errors; wide and narrow")


main()
