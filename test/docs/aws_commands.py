"""Checks commands of the AWS CLI: a JSON list of word lists on stdin, the error of each on stdout.

Nothing listens at the endpoint, so a command that is right ends when it tries to connect.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

driver = create_clidriver()
nowhere = ["--endpoint-url", "http://127.0.0.1:1"]


def error_of(words):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            driver.main([*words, *nowhere])
        except SystemExit:
            pass
    return None if "Could not connect to the endpoint" in said.getvalue() else said.getvalue().strip()


print(json.dumps([error_of(words) for words in json.load(sys.stdin)]))
