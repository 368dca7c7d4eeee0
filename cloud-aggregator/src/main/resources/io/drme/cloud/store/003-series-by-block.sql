-- Series stand in the order of their blocks: a new block then adds to the end, where it had to touch a page for each of its series. History finds the blocks by time, and the series in each by its key.
create table series_of_block (
    series_id integer not null references series (id),
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    ordinal integer not null,
    place bigint not null,
    type smallint not null,
    samples integer not null,
    bad_samples integer not null,
    first_time bigint not null,
    last_time bigint not null,
    complete smallint not null,
    first_bits bigint not null,
    last_bits bigint not null,
    min_bits bigint not null,
    max_bits bigint not null,
    total double precision not null,
    integral double precision not null,
    covered_nanos bigint not null,
    primary key (epoch_id, sequence, series_id, ordinal)
) ${clustered};
insert into series_of_block (series_id, epoch_id, sequence, ordinal, place, type, samples, bad_samples, first_time, last_time, complete, first_bits, last_bits, min_bits, max_bits, total, integral, covered_nanos)
    select series_id, epoch_id, sequence, ordinal, place, type, samples, bad_samples, first_time, last_time, complete, first_bits, last_bits, min_bits, max_bits, total, integral, covered_nanos from block_series order by epoch_id, sequence, series_id, ordinal;

-- Where the newest samples of a series are, by (epoch, place, sequence).
alter table series add column newest_epoch integer not null default 0;
alter table series add column newest_place bigint not null default 0;
alter table series add column newest_sequence bigint not null default 0;
update series set newest_epoch = coalesce((select max(b.epoch_id) from block_series b where b.series_id = series.id), 0);
update series set newest_place = coalesce((select max(b.place) from block_series b where b.series_id = series.id and b.epoch_id = newest_epoch), 0);
update series set newest_sequence = coalesce((select max(b.sequence) from block_series b where b.series_id = series.id and b.epoch_id = newest_epoch and b.place = newest_place), 0);

drop table block_series;
alter table series_of_block rename to block_series;
