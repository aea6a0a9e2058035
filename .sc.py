import sys,pickle,collections
from tests.walks.storms.world import build
from tests.walks.storms.score import score,total
for s in sys.argv[1:]:
    w=build(int(s)); n=pickle.load(open(f'/tmp/w/.n{s}.pkl','rb'))
    r=score(w,n)
    print(s,w.storm.shape,r.orders,r.late,r.told,'cov %.3f false %.3f random %.2f lead %.0f'%(r.coverage,r.falsehood,r.random_share,r.lead),'notices',r.notices,'early',r.early,'after',r.after_lift,r.by_cause)
