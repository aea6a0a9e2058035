import sys
from pathlib import Path
from tasks.core.postgres import ensure_server, server_url
from tasks.core.database import Database
from sqlalchemy import text
home=Path('/tmp/w/.storms-home'); ensure_server(home,'postgres')
db=Database(server_url(home,sys.argv[1]))
with db.transaction() as con:
    for q in sys.argv[2:]:
        for r in con.execute(text(q)): print(tuple(r))
