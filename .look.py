import sys,pickle,collections
from pathlib import Path
from tests.walks.storms.world import build
from tasks.core.postgres import ensure_server, server_url
from tasks.core.database import Database
from sqlalchemy import text
seed=int(sys.argv[1]); cause=sys.argv[2]
home=Path('/tmp/w/.storms-home'); ensure_server(home,'postgres')
db=Database(server_url(home,f's{seed}'))
w=build(seed); orders={o.order_id:o for o in w.orders}
n=pickle.load(open(f'/tmp/w/.n{seed}.pkl','rb'))
c=collections.Counter(); shown=0
for x in n:
    if x.cause!=cause: continue
    o=orders[x.order_id]
    if x.told>=o.promise_ends: continue
    with db.transaction() as con:
        ev=con.execute(text("select evidence from (select * from delay union all select * from todoke_rec.delay_old) d where order_id=:o and cause=:c and first_seen_at<=:t order by changed_at desc limit 1"),{'o':x.order_id,'c':cause,'t':w.at(x.told)}).scalar()
    last=[s for s in o.journey.scans if s.seen<=x.told]
    last=max(last,key=lambda s:s.at) if last else None
    key=(ev or {}).get('level') or ((ev or {}).get('p_late'),(ev or {}).get('p_free')),o.is_late
    c[key]+=1
    if not o.is_late and shown<7:
        shown+=1
        print(x.order_id,o.parcel.carrier,o.parcel.origin,o.parcel.town.region,'told d%d h%02d'%divmod(x.told,24),'promise d',o.promised,'req',o.requested,'deliv d%d h%.1f'%divmod(o.journey.delivered,24),'handed d%d h%.1f'%divmod(o.journey.handed_over,24),'last',last and (last.word,last.region,'d%d h%.1f'%divmod(last.at,24)),{k:v for k,v in (ev or {}).items() if k in('p_late','n','level','until_at','kind','p_free')})
print(sorted(c.items(),key=str))
