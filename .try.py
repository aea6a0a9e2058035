import time,collections,sys,tempfile,pickle
from pathlib import Path
from tests.walks.storms.world import build
from tests.walks.storms.walk import Walk
from tasks.core.postgres import create_database, drop_database, ensure_server, server_url, stop_server
from tasks.core.database import Database
home=Path('/tmp/w/.storms-home'); home.mkdir(exist_ok=True)
server=ensure_server(home,'postgres',{"fsync":"off","full_page_writes":"off"})
seeds=[int(x) for x in sys.argv[1:]]
import shutil
for seed in seeds:
    w=build(seed)
    name=f's{seed}'
    drop_database(server,name); create_database(server,name,'template0')
    db=Database(server_url(home,name)); db.migrate()
    t=time.time()
    h=home/f'h{seed}'; shutil.rmtree(h,ignore_errors=True); h.mkdir()
    walk=Walk(w,db,h)
    walk.step(w.starts); print('first',time.time()-t)
    import cProfile,pstats
    hour=w.starts+3
    while hour<=w.stops:
        walk.step(hour); hour+=3
    print(seed,'took',time.time()-t,len(walk.notices))
    pickle.dump(walk.notices,open(f'/tmp/w/.n{seed}.pkl','wb'))
    db.dispose()
