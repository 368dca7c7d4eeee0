-- What fleet pipelines remember. The same on both databases. Times are nanoseconds since 1970 UTC.

-- Blocks in the order in which each connection that writes committed them, until they are taken: who reads behind a number of each writer skips none, in whatever order transactions commit.
create table arrival (
    writer bigint not null,
    counter bigint not null,
    epoch_id bigint not null,
    sequence bigint not null,
    first_time bigint not null,
    last_time bigint not null,
    primary key (writer, counter)
) ${clustered};

-- How far arrivals are taken, one row; position: "writer:counter:time" of each writer.
create table fleet_position (
    id integer not null primary key,
    revision bigint not null,
    position text not null
);

-- A pipeline; what is before begin_at is left as it is.
create table fleet_job (
    name varchar(128) not null primary key,
    definition text not null,
    begin_at bigint not null
);

-- A part of a pipeline that is computed by itself. revision: who writes a key must have read it as it is.
create table fleet_key (
    job varchar(128) not null,
    name varchar(255) not null,
    revision bigint not null,
    computed_to bigint not null,
    trouble text not null default '',
    primary key (job, name)
) ${clustered};

-- The engine's state at the end of chunks.
create table fleet_state (
    job varchar(128) not null,
    name varchar(255) not null,
    until_time bigint not null,
    state ${bytes} not null,
    primary key (job, name, until_time)
);

-- Chunks of which blocks came. version: more came while it was computed where it is another by then.
create table fleet_mark (
    job varchar(128) not null,
    name varchar(255) not null,
    chunk bigint not null,
    version bigint not null,
    primary key (job, name, chunk)
) ${clustered};

-- 1 where it is no gateway but holds what pipelines of the centre made.
alter table gateway add column derived smallint not null default 0;
