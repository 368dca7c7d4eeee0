-- Segments of which something expired are not made anew: their roll-ups tell of samples that are gone.
alter table segment add column expired smallint not null default 0;

-- Until when samples of a tag are no longer kept, and how many that were. until_time: source time.
create table expiry (
    series_id bigint not null primary key,
    until_time bigint not null,
    samples bigint not null,
    changed_at bigint not null
);
