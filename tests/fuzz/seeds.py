"""The seeds of tests/fuzz/corpus, with ids computed apart from the gate (docs/contract.md#ids).

`python3 tests/fuzz/seeds.py` writes them; they are committed. A new seed needs no line here: a file in the folder is enough.
NOW is the time of the endpoint in tests/hostile/src/house.rs.
"""
import hashlib,json,os,struct,copy
here=os.path.dirname(os.path.abspath(__file__))
root=os.path.join(here,'corpus')
NOW=1772442000
def id_(*parts):
    h=hashlib.sha256()
    for p in parts:
        b=p.encode(); h.update(struct.pack('>I',len(b))+b)
    return h.hexdigest()
sha=lambda t: hashlib.sha256(t.encode()).hexdigest()
def write(target,name,data):
    d=f'{root}/{target}'; os.makedirs(d,exist_ok=True)
    if not isinstance(data,(bytes,str)): data=json.dumps(data,indent=1,ensure_ascii=False)+"\n"
    if isinstance(data,str): data=data.encode()
    open(f'{d}/{name}','wb').write(data)
ACME='acme.myshopify.com'; NAMED='named.myshopify.com'; AUTO='auto.myshopify.com'
assert id_("assent/1/checkout",ACME,"3f9a1c0b7d2e4f60a1b2c3d4e5f60718")=="d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b"
def checkout(shop,t): return id_("assent/1/checkout",shop,t)
def ev(shop,name,anchor=None,sid=None,host='shop.acme.example',**kw):
    a=anchor or sid
    e={"name":name,"event_id":(id_("assent/1",shop,name,a)[:32] if a else sha(name)[:32]),"event_time":NOW-30,"shopify_event_id":sid,"checkout":anchor,"browser":"skipped",
     "page":{"url":f"https://{host}/products/ribbon?utm_source=x&ttclid=E.C.P","referrer":f"https://{host}/"},
     "user":{"external_id":sha("visitor"),"user_agent":"Mozilla/5.0 (test)","locale":"en-GB","ttclid":"E.C.P.click","ttp":"2aBcD"},
     "properties":{"content_type":"product","contents":[{"content_id":"43729076","content_name":"Ribbon","quantity":2,"price":15.25}],"num_items":2,"currency":"EUR","value":30.5}}
    e.update(kw); return e
def beacon(shop,events,records=(),co=None,cart=None,**kw):
    b={"v":1,"shop":shop,"sent_at":NOW-5,"client":{"version":"0.1.0","kind":"custom","settings":None},
     "consent":{"decision":"granted","rule":"all_yes" if records else "shopify_only","basis":"consent" if records else "permission","evaluated_at":NOW-60,"gpc":False,
      "shopify":{"marketing":True,"sale_of_data":True,"analytics":True,"preferences":True},"records":list(records)},
     "checkout":co,"cart":cart,"events":events}
    b.update(kw); return b
def rec(source,key,decision,**kw):
    r={"source":source,"key":key,"decision":decision,"deciding":True,"opt_out":False,"decided_at":NOW-1000,"id":sha("id"),"value":sha("value"),"version":"2"}
    r.update(kw); return r
co=checkout(ACME,"t1")
purchase=ev(ACME,"Purchase",anchor=co,sid="sh-1")
purchase["user"].update({"email":sha("jane@example.com"),"phone":sha("+12133734253"),"first_name":sha("jane"),"last_name":sha("doe"),"zip_code":sha("94105"),"city":"sanfrancisco","state":"ca","country":"us"})
purchase["properties"].update({"order_id":"450789469"})
write('beacon','purchase.json',beacon(ACME,[purchase],co=co,cart=id_("assent/1/cart",ACME,"c1")))
cart=ev(ACME,"AddToCart",sid="sh-2")
write('beacon','add-to-cart-twice.json',beacon(ACME,[cart,copy.deepcopy(cart)]))
start=ev(ACME,"InitiateCheckout",anchor=co,sid="sh-3"); pay=ev(ACME,"AddPaymentInfo",anchor=co,sid="sh-4")
sub=ev(ACME,"Subscribe")
write('beacon','many-kinds.json',beacon(ACME,[start,pay,sub],co=co))
write('beacon','receipt-alone.json',beacon(ACME,[],co=co,user={"external_id":sha("visitor"),"ttclid":"E.C.P","ttp":"2aBcD","user_agent":"Mozilla/5.0","locale":"de"},page={"url":"https://shop.acme.example/cart"}))
yes=rec("onetrust","OptanonConsent","granted")
npurchase=lambda: ev(NAMED,"Purchase",anchor=checkout(NAMED,"t2"),sid="sh-5",host='shop.named.example')
write('beacon','named-tool-yes.json',beacon(NAMED,[npurchase()],[yes,rec("usp","usprivacy","unknown",deciding=False)],co=checkout(NAMED,"t2")))
write('beacon','auto-two-yes.json',beacon(AUTO,[ev(AUTO,"AddToCart",sid="sh-6",host="shop.auto.example")],[rec("cookiebot","CookieConsent","granted"),rec("tcf","euconsent-v2","granted")]))
# what is no grant
no=beacon(ACME,[purchase],co=co); no["consent"]["gpc"]=True; write('beacon','no-gpc.json',no)
no=beacon(ACME,[purchase],co=co); no["consent"]["shopify"]["sale_of_data"]=False; write('beacon','no-sale.json',no)
no=beacon(ACME,[purchase],co=co); no["consent"]["shopify"]["marketing"]=None; write('beacon','no-word-of-shopify.json',no)
no=beacon(ACME,[purchase],co=co); no["consent"]["decision"]="denied"; write('beacon','no-by-its-own-word.json',no)
write('beacon','no-of-the-named-tool.json',beacon(NAMED,[npurchase()],[rec("onetrust","OptanonConsent","denied")],co=checkout(NAMED,"t2")))
write('beacon','no-of-another-tool.json',beacon(NAMED,[npurchase()],[yes,rec("didomi","didomi_token","denied")],co=checkout(NAMED,"t2")))
write('beacon','no-opt-out.json',beacon(NAMED,[npurchase()],[yes,rec("usp","usprivacy","unknown",deciding=False,opt_out=True)],co=checkout(NAMED,"t2")))
write('beacon','undecided.json',beacon(NAMED,[npurchase()],[rec("onetrust","OptanonConsent","unknown")],co=checkout(NAMED,"t2")))
write('beacon','held.json',beacon(NAMED,[npurchase()],[yes,rec("axeptio","axeptio_cookies","unknown",held=True)],co=checkout(NAMED,"t2")))
write('beacon','another-tool-than-the-named.json',beacon(NAMED,[npurchase()],[rec("cookiebot","CookieConsent","granted")],co=checkout(NAMED,"t2")))
write('beacon','nobody-asked.json',beacon(AUTO,[ev(AUTO,"AddToCart",sid="sh-6",host="shop.auto.example")]))
write('beacon','stale.json',beacon(NAMED,[npurchase()],[rec("onetrust","OptanonConsent","granted",decided_at=NOW-500*86400)],co=checkout(NAMED,"t2")))
write('beacon','a-signal-cannot-grant.json',beacon(AUTO,[ev(AUTO,"AddToCart",sid="sh-6",host="shop.auto.example")],[rec("gpp","__gpp","granted")]))
raw=ev(ACME,"AddToCart",sid="sh-7"); raw["user"]["city"]="planted.jane@example.com"; raw["user"]["email"]="planted.jane@example.com"; raw["user"]["first_name"]="Plantedfirst"
write('beacon','raw-contacts.json',beacon(ACME,[raw,cart]))
raw=ev(ACME,"Search",sid="sh-8"); raw["properties"]["search_string"]="planted.jane@example.com"; raw["page"]["url"]="https://shop.acme.example/account?email=planted.jane@example.com&phone=+12133734253"
raw2=ev(ACME,"AddToCart",sid="sh-9"); raw2["properties"]["description"]="call +12133734253"; raw2["properties"]["contents"][0]["content_name"]="for planted.jane@example.com"; raw2["page"]["referrer"]="https://shop.acme.example/checkouts/cn/planted-checkout-token"; raw2["page"]["url"]="https://shop.acme.example/checkouts/cn/planted-checkout-token?key=planted-checkout-token"
write('beacon','raw-in-texts.json',beacon(ACME,[raw,raw2],unknown_field={"email":"planted.jane@example.com","deep":[{"phone":"+12133734253"}]}))
b=json.dumps(beacon(ACME,["EVENTS"])); write('beacon','thousands-of-events.json',b.replace('"EVENTS"',",".join(["0"]*30000)))
# withdrawals
w=lambda **k: {"v":1,"shop":ACME,"sent_at":NOW-1,"client":{"version":"0.1.0","kind":"custom"},"withdraw":{"at":NOW-2,"checkouts":[],"carts":[],"external_id":None,**k}}
write('withdrawal','visitor.json',w(external_id=sha("another visitor")))
write('withdrawal','anchors.json',w(checkouts=[checkout(ACME,"w1"),checkout(ACME,"w2")],carts=[id_("assent/1/cart",ACME,"w")],external_id=sha("another visitor")))
write('withdrawal','many.json',w(checkouts=[checkout(ACME,str(n)) for n in range(200)]))
write('withdrawal','long-ago-and-far-ahead.json',w(at=-9223372036854775808,external_id=sha("v2")))
write('withdrawal','both-at-once.json',{**beacon(ACME,[cart]),**w(external_id=sha("v3"))})
write('withdrawal','raw.json',w(external_id="planted.jane@example.com",checkouts=["planted-checkout-token"]))
# orders
money=lambda a,c="EUR":{"shop_money":{"amount":a,"currency_code":c},"presentment_money":{"amount":a,"currency_code":c}}
order={"id":450789469,"admin_graphql_api_id":"gid://shopify/Order/450789469","name":"#1001","created_at":"2026-03-02T08:59:00Z","processed_at":"2026-03-02T08:59:00Z","checkout_token":"planted-checkout-token","cart_token":"planted-checkout-token","test":False,"source_name":"web","currency":"EUR","presentment_currency":"EUR","financial_status":"paid","cancelled_at":None,
 "total_price":"70.10","current_total_price":"70.10","subtotal_price":"65.00","total_price_set":money("70.10"),"subtotal_price_set":money("65.00"),"email":"planted.jane@example.com","contact_email":"planted.jane@example.com","phone":"+12133734253","note":"call planted.jane@example.com","landing_site":"/?ttclid=E.C.P&email=planted.jane@example.com","referring_site":"https://x.example/?q=planted.jane@example.com","browser_ip":"198.51.100.9","client_details":{"user_agent":"Mozilla/5.0","browser_ip":"198.51.100.9"},
 "customer":{"id":1,"email":"planted.jane@example.com","first_name":"Plantedfirst","phone":"+12133734253"},
 "billing_address":{"first_name":"Plantedfirst","last_name":"Doe","address1":"1 Planted Street","phone":"(213) 373-4253","zip":"94105-1234","city":"San Francisco","province_code":"CA","country_code":"US"},
 "shipping_address":{"first_name":"Plantedfirst","address1":"1 Planted Street","phone":"+12133734253","country_code":"US"},
 "line_items":[{"product_id":1,"variant_id":43729076,"sku":"R","title":"Ribbon","name":"Ribbon for planted.jane@example.com","quantity":2,"price":"30.00","price_set":money("30.00"),"properties":[{"name":"To","value":"planted.jane@example.com"}]},{"product_id":2,"variant_id":43729077,"sku":"B","title":"Box","quantity":1,"price":"5.00","price_set":money("5.00")}],
 "discount_codes":[],"refunds":[],"payment_gateway_names":["bogus"]}
write('order','web.json',order)
t=copy.deepcopy(order); t.update({"id":2,"test":True,"name":"#1002"}); write('order','test.json',t)
t=copy.deepcopy(order); t.update({"id":3,"source_name":"pos","checkout_token":None,"cart_token":None}); write('order','pos-without-a-checkout.json',t)
t=copy.deepcopy(order); t.update({"id":4,"cancelled_at":"2026-03-02T08:59:30Z","current_total_price":"0.00"}); write('order','cancelled.json',t)
t=copy.deepcopy(order); t.update({"id":5,"currency":"XAU","presentment_currency":"JPY","total_price_set":{"shop_money":{"amount":"1e5","currency_code":"XAU"},"presentment_money":{"amount":"-7","currency_code":"JPY"}}}); write('order','odd-money.json',t)
write('order','refund.json',{"id":929361462,"order_id":450789469,"created_at":"2026-03-02T08:59:00Z","note":"planted.jane@example.com","refund_line_items":[{"quantity":1,"line_item_id":1,"subtotal":5.0}],"transactions":[]})
order["id"]=6; write('order','half-an-emoji.json',json.dumps(order,ensure_ascii=False).replace('"Ribbon"','"Ribbon \\ud83d"').replace('"Box"','"B\\u0000x"'))
order["id"]=7; write('order','bom-and-twice.json',b'\xef\xbb\xbf'+json.dumps(order).replace('"test": false','"test": false, "test": true').encode())
order["id"]=8; write('order','breaks-off.json',json.dumps(order)[:700])
write('order','latin-1.bin',json.dumps(order,ensure_ascii=False).replace('Doe','D\u00f6e').encode('latin-1'))
# demands
base={"shop_id":954889,"shop_domain":ACME}
cust={"id":191167,"email":"planted.jane@example.com","phone":"+12133734253"}
write('demand','data-request.json',{**base,"orders_requested":[299938,280263,220458],"customer":cust,"data_request":{"id":9999}})
write('demand','customer-redact.json',{**base,"customer":cust,"orders_to_redact":[299938,280263]})
write('demand','customer-redact-without-a-shop.json',{"customer":cust,"orders_to_redact":list(range(1,200))})
write('demand','shop-redact.json',base)
write('demand','shop-redact-of-another.json',{"shop_id":1,"shop_domain":"other.myshopify.com"})
write('demand','nobody.json',{**base,"customer":{"email":None,"phone":""},"orders_to_redact":"all"})
# config
import re
contract=open(os.path.join(here,'../../docs/contract.md')).read()
example=re.search(r'```toml\n(.*?)```',contract,re.S)[1]
write('config','the-contract.toml',example)
small='''listen = "127.0.0.1:8787"
public_url = "https://events.example.com"
store = "sqlite:assent.db"
[[shops]]
domain = "acme.myshopify.com"
storefronts = ["shop.acme.example"]
pixel_code = "C4EXAMPLE0000000000"
access_token_env = "ACME_TIKTOK_TOKEN"
consent.cmp = "shopify"
'''
write('config','smallest.toml',small)
write('config','without-consent.toml',small.replace('consent.cmp = "shopify"\n',''))
write('config','secrets-in-the-wrong-place.toml',small.replace('access_token_env = "ACME_TIKTOK_TOKEN"','access_token = "tok-planted-5ecret"\naccess_token_env = ["tok-planted-5ecret"]\nwebhook_secret_envs = "tok-planted-5ecret"'))
write('config','quotes-forgotten.toml',small.replace('"ACME_TIKTOK_TOKEN"','tok-planted-5ecret'))
write('config','two-shops-of-one-name.toml',small+small[small.index('[[shops]]'):])
write('config','odd.toml',small.replace('127.0.0.1:8787','[::1]:99999')+'''url_paths = ["/a/", "", "é", "/\\u0000"]
url_parameters = ["ttclid", "a b", "%00"]
time_zone = "Nowhere/None"
purchase = { hold_seconds = -1, confirm = "perhaps", report = { test = "yes" } }
events = { AddToCart = ["browser", "browser"], Purchase = [], Nonsense = ["server"] }
custom_events = { "" = { event = "Purchase", to = ["server"] } }
browser.secret_paths = "fire"
[retention]
receipts_months = 4294967295
[tiktok]
api_base = "http://tiktok.example"
''')
# devices
write('device','one-of-each.txt',"OptanonConsent=groups=C0001:1,C0002:1,C0004:0&AwaitingReconsent=false; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z; CookieConsent={stamp:'x',necessary:true,marketing:false,method:'explicit'}; euconsent-v2=CPzzz; __gpp=DBABLA~BVVVVVVVVWA; usprivacy=1YYN; cmplz_marketing=deny; cmplz_banner-status=dismissed\nucData={\"consent\":{\"services\":{}},\"gcm\":{\"adStorage\":\"denied\"}}\nuc_user_interaction=true\n")
write('device','a-no-that-is-long.txt',"OptanonConsent=groups="+"C0003:1,"*1500+"C0004:0; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z\n")
write('device','the-same-cookie-many-times.txt',"; ".join(["OptanonConsent=groups=C0004:1"]*2000+["OptanonConsent=groups=C0004:0"])+"; OptanonAlertBoxClosed=x\n")
