import time,sys,shutil,collections
from pathlib import Path
from tests.walks.storms.world import build
from tests.walks.storms.walk import Walk
from tasks.core import queries
from tasks.core.postgres import *
from tasks.core.database import Database
T=collections.Counter();N=collections.Counter()
S=queries.Statement
for m in ('run','rows','scalar'):
    f=getattr(S,m)
    def w(self,*a,_f=f,**k):
        t=time.time()
        try: return _f(self,*a,**k)
        finally: T[self.name]+=time.time()-t;N[self.name]+=1
    setattr(S,m,w)
home=Path('/tmp/w/.storms-home')
server=ensure_server(home,'postgres',{"fsync":"off","full_page_writes":"off"})
w=build(int(sys.argv[1])); drop_database(server,'prof'); create_database(server,'prof','template0'); db=Database(server_url(home,'prof')); db.migrate()
h=home/'hprof'; shutil.rmtree(h,ignore_errors=True); h.mkdir()
walk=Walk(w,db,h); t=time.time(); walk.step(w.starts); print('first',time.time()-t); print([(n,round(x,2)) for n,x in T.most_common(6)])
T.clear();N.clear(); hour=w.starts+3; t=time.time()
for _ in range(int(sys.argv[2])): walk.step(hour); hour+=3
print('steps',time.time()-t); print([(n,round(x,2),N[n]) for n,x in T.most_common(14)])
