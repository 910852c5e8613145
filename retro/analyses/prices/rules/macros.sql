-- What the rules share. Amounts are in millionths of a millionth of a dollar.
create or replace temp macro is_near(bill, cost) as cost > 0 and abs(bill - cost) <= cost // 100;
create or replace temp macro in_dollars(amount) as (amount::decimal(18, 0) * 0.000000000001::decimal(12, 12))::decimal(18, 12);
create or replace temp macro as_dollars(amount) as '$' || rtrim(rtrim(in_dollars(amount)::text, '0'), '.')
