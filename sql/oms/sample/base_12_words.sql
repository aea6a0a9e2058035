-- Who:    what each carrier calls a step of a parcel: the words of their public tracking pages.
-- Grain:  (carrier, step); one word may name several steps.
-- Params: none
create temp table base_words as
select * from (values
    ('yamato', 'accepted', '荷物受付'), ('yamato', 'departed', '発送済み'), ('yamato', 'hub_out', '作業店通過'),
    ('yamato', 'hub_in', '作業店通過'), ('yamato', 'arrived', '配達店到着'), ('yamato', 'kept', '配達日・時間帯指定（保管中）'),
    ('yamato', 'out', '配達中'), ('yamato', 'absent', '持戻（ご不在）'), ('yamato', 'rearranged', '依頼受付（再配達）'),
    ('yamato', 'out_again', '配達中'), ('yamato', 'delivered', '配達完了'), ('yamato', 'boxed', '配達完了（宅配ボックス）'),
    ('yamato', 'posted', '投函完了'), ('yamato', 'strange', '仕分け保留（新）'), ('yamato', 'investigated', '調査中（ご不在）'),
    ('yamato', 'unclear', '調査中（住所不明）'), ('yamato', 'laid_out', 'ご来店予定（保管中）'), ('yamato', 'fetched', 'お客様引渡完了'),
    ('yamato', 'returning', '返品'), ('yamato', 'back', '返品完了'),
    ('sagawa', 'accepted', '集荷'), ('sagawa', 'hub_out', '輸送中'), ('sagawa', 'hub_in', '輸送中'),
    ('sagawa', 'arrived', '配達店到着'), ('sagawa', 'kept', '保管中'), ('sagawa', 'out', '配達中'), ('sagawa', 'absent', 'ご不在'),
    ('sagawa', 'out_again', '配達中'), ('sagawa', 'delivered', '配達完了'), ('sagawa', 'boxed', '配達完了【宅配BOX】'),
    ('sagawa', 'strange', '仕分け保留（新）'), ('sagawa', 'investigated', '調査中'), ('sagawa', 'returning', '返品'),
    ('sagawa', 'unclear', '調査中'), ('sagawa', 'laid_out', '営業所受取'), ('sagawa', 'fetched', '配達完了'),
    ('japanpost', 'accepted', '引受'), ('japanpost', 'hub_out', '中継'), ('japanpost', 'hub_in', '中継'),
    ('japanpost', 'arrived', '到着'), ('japanpost', 'kept', '保管'), ('japanpost', 'out', '持ち出し中'),
    ('japanpost', 'absent', 'ご不在のため持ち戻り'), ('japanpost', 'rearranged', '配達希望受付'),
    ('japanpost', 'out_again', '持ち出し中'), ('japanpost', 'delivered', 'お届け先にお届け済み'),
    ('japanpost', 'boxed', 'お届け済み'), ('japanpost', 'posted', 'お届け済み'), ('japanpost', 'strange', '仕分け保留（新）'),
    ('japanpost', 'unclear', '調査中'), ('japanpost', 'laid_out', 'コンビニエンスストアに引渡'), ('japanpost', 'fetched', '窓口でお渡し'),
    ('japanpost', 'investigated', '調査中'), ('japanpost', 'returning', '差出人に返送'), ('japanpost', 'back', '差出人に返送済み')
) as word (carrier, step, raw_status)
