# usage: .run.sh seeds...   two at a time
cd /tmp/w/storms; export PYTHONPATH=.
while [ -e /tmp/plan/QUIET ]; do sleep 10; done
a=(); b=(); i=0; for s in "$@"; do if [ $((i%2)) = 0 ]; then a+=($s); else b+=($s); fi; i=$((i+1)); done
/work/main/.venv/bin/python .try.py ${a[@]} > /tmp/w/.a.log 2>&1 &
p=$!
[ ${#b[@]} -gt 0 ] && sleep 1 && /work/main/.venv/bin/python .try.py ${b[@]} > /tmp/w/.b.log 2>&1
wait $p
grep -h "Error\|took" /tmp/w/.a.log /tmp/w/.b.log
/work/main/.venv/bin/python .sc.py "$@"
