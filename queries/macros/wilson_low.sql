-- Lower end of Wilson's 95 % interval of a share.
--
-- part_count: how many of them have what is asked for
-- total_count: how many there are; without any the end is NULL
--
-- From 0 to 1, not rounded. Written with z = 1.96: 1.9208 is half its square, 3.8416 its square, 0.9604 a quarter of it.
-- Source: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
create or replace macro wilson_low(part_count, total_count) as
    case
        when total_count > 0
            then greatest(0, (
                part_count + 1.9208 - 1.96 * sqrt(1::double * part_count * (total_count - part_count) / total_count + 0.9604)
            ) / (total_count + 3.8416))
    end
