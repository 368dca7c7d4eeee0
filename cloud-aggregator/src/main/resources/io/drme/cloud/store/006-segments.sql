-- Blocks whose samples are read as they came: no segment holds them yet. last_stamp: the greatest stamp of the block's polls; -1 where unknown. segment_id: the segment that took the block's samples; its rows of block_series then go. The same on both databases.
create table fresh (
    epoch_id bigint not null,
    sequence bigint not null,
    place bigint not null,
    last_stamp bigint not null,
    first_time bigint not null,
    last_time bigint not null,
    received_at bigint not null,
    samples bigint not null,
    segment_id bigint not null default 0,
    primary key (epoch_id, sequence)
) ${clustered};
create index fresh_taken on fresh (segment_id) where segment_id <> 0;
insert into fresh (epoch_id, sequence, place, last_stamp, first_time, last_time, received_at, samples)
    select epoch_id, sequence, place, -1, first_time, last_time, received_at, samples from item where stream = 2 and state = 1 and (first_time <> 0 or last_time <> 0);

-- Samples of an epoch's hour or day by stamp, ordered by series. level: 1 hour, 2 day. period: number of the hour or day since 1970. state: 0 being made, 1 read, 2 replaced by another.
create table segment (
    id ${id},
    epoch_id bigint not null,
    level smallint not null,
    period bigint not null,
    state smallint not null,
    changed_at bigint not null
);
create index segment_period on segment (epoch_id, level, period);
create index segment_unread on segment (changed_at) where state <> 1;

-- Blocks (docs/block.md) of a few series each.
create table segment_part (
    id ${id},
    segment_id bigint not null,
    payload ${bytes} not null
);
create index segment_part_segment on segment_part (segment_id);

-- Where a tag's samples are. place and last_stamp: its least and greatest stamp there.
create table segment_series (
    series_id bigint not null,
    epoch_id bigint not null,
    place bigint not null,
    segment_id bigint not null,
    part_id bigint not null,
    ordinal integer not null,
    last_stamp bigint not null,
    type smallint not null,
    samples integer not null,
    first_time bigint not null,
    last_time bigint not null,
    primary key (series_id, epoch_id, place, part_id, ordinal)
) ${clustered};
create index segment_series_segment on segment_series (segment_id);

-- Statistics of a tag's samples in a segment, by minute, hour and day. level: 1, 2, 3.
create table roll_up (
    id ${id},
    series_id bigint not null,
    level smallint not null,
    epoch_id bigint not null,
    place bigint not null,
    segment_id bigint not null,
    last_stamp bigint not null,
    type smallint not null,
    first_time bigint not null,
    last_time bigint not null,
    payload ${bytes} not null
);
create index roll_up_series on roll_up (series_id, level, epoch_id, place);
create index roll_up_segment on roll_up (segment_id);
