import sys,pickle,collections
from tests.walks.storms.world import build
for sd in sys.argv[1:]:
    w=build(int(sd)); n=pickle.load(open(f'/tmp/w/.n{sd}.pkl','rb'))
    first={}
    for x in n: first[x.order_id]=min(first.get(x.order_id,1e9),x.told)
    c=collections.Counter(); shown=0
    for o in w.orders:
        if o.cause in('hazard','stall') and w.starts+3<o.promise_ends<=w.stops and first.get(o.order_id,1e9)>=o.promise_ends:
            t=o.promise_ends-3
            last=[s for s in o.journey.scans if s.seen<=t]; last=max(last,key=lambda s:s.at) if last else None
            key=(o.cause,'req' if o.requested else '', last.word if last else ('unsent' if o.journey.handed_over>t else 'noscan'))
            c[key]+=1
            if shown<10:
                shown+=1; print(o.order_id,o.cause,o.parcel.carrier,o.parcel.origin,o.parcel.town.region,'promise d',o.promised,'deliv d%d h%.1f'%divmod(o.journey.delivered,24),'handed d%d h%.1f'%divmod(o.journey.handed_over,24),'last',last and (last.word,last.region,'d%d h%.1f'%divmod(last.at,24)))
    print(sd,sorted(c.items(),key=str))
