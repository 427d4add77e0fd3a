"""`python -m worker worker|beat ...`: Celery's command line on our app, for the processes that `dateline` starts."""

from __future__ import annotations

import sys

from worker.app import app

if __name__ == "__main__":
    if sys.argv[1:2] == ["beat"]:
        app.conf.include = ()  # a clock sends tasks by name and needs none of their code: 30 MB less
    app.start(sys.argv[1:])
