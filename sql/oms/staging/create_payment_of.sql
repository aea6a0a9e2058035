-- Effect: payment_of(text): what a shop calls a way to pay, as the words Todoke knows. Another one stays as it is.
-- Params: none
create function pg_temp.payment_of(value text) returns text language sql immutable as $$
  select case when plain ~* 'paypay' then 'paypay'
              when plain ~* '代引|代金引換|コレクト|cash on delivery|^cod$' then 'cod'
              when plain ~* 'コンビニ|セブンイレブン|ローソン|ファミリーマート|konbini|convenience store' then 'konbini'
              when plain ~* '後払|あと払|ペイディ|paidy|pay later' then 'deferred'
              when plain ~* '振込|郵便振替|bank (transfer|deposit)' then 'bank_transfer'
              when plain ~* 'キャリア決済|携帯.*払い|ドコモ払い|^d払い|auかんたん|ソフトバンク' then 'carrier_billing'
              when plain ~* 'クレジット|credit card|shopify payments|^カード|^card$|visa|mastercard|stripe' then 'credit_card'
              else plain end
  from (select pg_temp.plain_of(value)) as whole(plain)
$$
