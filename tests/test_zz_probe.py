import json, time
import pytest
from app.accounts.models import Role
from tests.builders.demands import demand_payload
from tests.builders.achievements import achievement_payload
from tests.builders.managers import manager_payload

def show(name, r, t):
    print(f"{name:28s} {r.status_code} {time.perf_counter()-t:6.2f}s {r.text[:150]!r}")

def test_probe(client, as_enterprise, as_institution, as_manager, as_operator, drain):
    H={"content-type":"application/json"}
    def post(who, path, body, name, **h):
        t=time.perf_counter(); r=who.post(path, content=body, headers=H|h); show(name,r,t); return r
    for n,b in {"deep [":b"["*400000, "deep {":b'{"a":'*100000, "surrogate key":b'{"\\ud800":1}', "surrogate val":b'{"organisation":"\\ud800"}', "bigint":b'{"a":'+b"9"*5000+b"}", "nan":b'{"a":NaN}', "badutf8":b'\xff\xfe', "nul":b'{"organisation":{"name":"a\\u0000b","kind":"enterprise","region":"370102"},"user":{"email":"a@b.cn","name":"x","password":"Quancheng-72-spring"}}',"surr region":b'{"organisation":{"name":"abc\\ud800","kind":"enterprise","region":"\\ud800"},"user":{"email":"\\ud800@b.cn","name":"\\ud800","password":"Quancheng-72-\\ud800spring"}}'}.items():
        post(client,"/v1/register",b,n)
    e=as_enterprise
    D=demand_payload(draft=True)
    for n,ch in {"exp":{"indicators":[{"name":"x","op":"≥","value":"1E+999999999"}]},"negexp":{"indicators":[{"name":"x","op":"≥","value":"1E-999999999"}]},"range":{"indicators":[{"name":"x","op":"~","low":"1E-999999999","high":"1E+999999999"}]},"longdec":{"indicators":[{"name":"x","op":"≥","value":"9"*900000}]},
      "budget exp":{"budget_max_wan":"1E-999999999"},"budget big":{"budget_max_wan":"1E+999999999"},"budget digits":{"budget_max_wan":"1."+"0"*900000},"many ind":{"indicators":[{"name":"x","op":"≥","value":1}]*20000},"kw":{"keywords":["k%d"%i for i in range(60000)]},"deadline":{"deadline":"9999-12-31"},"deadline0":{"deadline":"0001-01-01"},"valid":{"valid_until":"9999-12-31"}}.items():
        r=post(e,"/v1/demands",json.dumps(D|ch).encode(),n)
    r=post(e,"/v1/demands",json.dumps(demand_payload(indicators=[{"name":"x","op":"≥","value":"1E+999999999"}],deadline="9999-12-31")).encode(),"publish exp")
    a=post(as_institution,"/v1/achievements",json.dumps(achievement_payload(indicators=[{"name":"x","op":"≥","value":"1E+999999999"}])).encode(),"publish ach exp")
    if r.status_code==201:
        t=time.perf_counter(); x=e.get(f"/v1/demands/{r.json()['id']}/matches"); show("matches",x,t)
    m=post(as_manager,"/v1/managers",json.dumps(manager_payload(track_record=[{"title":"工"*200,"amount_wan":"1E-99999999"}]*100, declared_conflicts=[{"organisation_id":str(e.organisation_id)}]*100)).encode(),"mgr")
    worst={n:"字"*5000 for n in ("main_problem","key_technology","expected_goal")}
    post(e,"/v1/demands",json.dumps(demand_payload(publish_mode="confidential",**worst,keywords=["0 "*19+"1"]*1)).encode(),"big conf")
    worst={n:("1"*5000) for n in ("main_problem","key_technology","expected_goal")}
    post(e,"/v1/demands",json.dumps(demand_payload(publish_mode="confidential",**worst)).encode(),"big conf digits")
    for n,p in {"cursor":"/v1/demands?cursor="+"x"*300,"q nul":"/v1/demands?q=%00abc","q surr":"/v1/demands?q=%ed%a0%80abcd","region":"/v1/organisations?region=%00","owner":"/v1/demands?owner=x","name":"/v1/organisations?name=%ed%a0%80","pub":"/v1/demands?published_after=9999-12-31","pub2":"/v1/demands?published_after=0001-01-01","dl":"/v1/demands?deadline_from=9999-12-31","bm":"/v1/demands?budget_min=1000000"}.items():
        t=time.perf_counter(); show(n,e.get(p),t)
    t=time.perf_counter(); show("audit",as_operator.get("/v1/audit?since=0001-01-01T00:00:00%2B14:00"),t)
    t=time.perf_counter(); show("ev name",as_operator.get("/v1/events?name=%00"),t)
    t=time.perf_counter(); show("tok nul",client.post("/v1/auth/token",data={"username":"a\x00@b.cn","password":"\ud800".encode("utf-8","surrogatepass")}),t)
    t=time.perf_counter(); show("tok x",client.post("/v1/auth/token",data={"username":"x"*100000,"password":"y"*500000}),t)
    r=post(client,"/v1/auth/refresh",b'{"refresh_token":"\\ud800"}',"refresh surr")
    r=post(client,"/v1/auth/refresh",b'{"refresh_token":"a\\u0000"}',"refresh nul")
    r=post(e,"/v1/me/password",b'{"current_password":"\\ud800","new_password":"\\ud800aaaaaaaaaaaA1"}',"pw surr")
    t=time.perf_counter(); show("auth hdr", client.get("/v1/demands",headers={"Authorization":b"Bearer \xff\xfe"}),t)
    t=time.perf_counter(); show("key hdr", client.get("/v1/demands",headers={"X-API-Key":b"sk_\xff\xfe"}),t)
    t=time.perf_counter(); show("idem", e.post("/v1/demands",json=D,headers={"Idempotency-Key":"x"*8}),t)
    t=time.perf_counter(); show("idem other", e.post("/v1/demands",json=D|{"title":"另一个需求名称"},headers={"Idempotency-Key":"x"*8}),t)
    t=time.perf_counter(); show("bearer ctl", client.get("/v1/demands",headers={"Authorization":"Bearer a.b.c"}),t)
