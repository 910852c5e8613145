-- A 95 % interval of a share in words: "95 %: 35 to 88 %".
--
-- low_share: its lower end, from 0 to 1
-- high_share: its upper end; where one is NULL, so is the text
create or replace macro interval_words(low_share, high_share) as
    '95 %: ' || round(100 * low_share)::integer || ' to ' || round(100 * high_share)::integer || ' %'
