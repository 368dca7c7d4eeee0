-- Times are nanoseconds since 1970 UTC, gateway times hybrid logical clock stamps, unless a comment says otherwise.

create table gateway (
    id integer not null primary key,
    name varchar(64) not null unique,
    first_seen bigint not null,
    site varchar(255) not null default '',
    labels varchar(4096) not null default '',
    described_epoch bigint not null default 0,
    described_sequence bigint not null default 0
);

-- Lives of a gateway's data directory, numbered by the centre at first sight.
-- Within a gateway the order of id is the order of number.
create table epoch (
    id integer not null primary key,
    gateway_id integer not null references gateway (id),
    number integer not null,
    epoch char(32) not null,
    first_seen bigint not null,
    unique (gateway_id, number),
    unique (gateway_id, epoch)
);

-- Who may send for a gateway.
create table lease (
    gateway_id integer not null primary key references gateway (id),
    epoch char(32) not null,
    boot_count bigint not null,
    instance bigint not null,
    session bigint not null,
    host varchar(255) not null,
    renewed_at bigint not null
);

-- Blocks and events as they came. place: of a block the least stamp of its polls, as envelopes come behind younger blocks. state: 1 stored, 2 quarantined, 3 expired (payload removed).
create table item (
    id integer not null primary key,
    epoch_id integer not null references epoch (id),
    stream smallint not null,
    sequence bigint not null,
    state smallint not null,
    samples bigint not null,
    first_time bigint not null,
    last_time bigint not null,
    place bigint not null,
    received_at bigint not null,
    previous ${bytes} not null,
    hash ${bytes} not null,
    payload ${bytes},
    unique (epoch_id, stream, sequence)
);
create index item_account on item (epoch_id, stream, sequence, state, samples);
create index item_time on item (epoch_id, stream, last_time, first_time, sequence, state);

create table quarantine (
    item_id integer not null primary key references item (id),
    off_chain smallint not null,
    detail varchar(4096) not null
);

-- Where items that were framed anew in a later epoch were first framed.
create table origin (
    gateway_id integer not null references gateway (id),
    stream smallint not null,
    epoch char(32) not null,
    sequence bigint not null,
    hash ${bytes} not null,
    held_epoch_id integer not null references epoch (id),
    held_sequence bigint not null,
    primary key (gateway_id, stream, epoch, sequence, hash)
);
create index origin_held on origin (held_epoch_id, stream, held_sequence);

-- Ranges that the gateway dropped: what it said, and (as one row each) the holes that it closed here.
create table closure (
    epoch_id integer not null references epoch (id),
    stream smallint not null,
    from_sequence bigint not null,
    to_sequence bigint not null,
    last_hash ${bytes} not null,
    cause varchar(64) not null,
    samples bigint not null,
    received_at bigint not null,
    primary key (epoch_id, stream, from_sequence)
);

-- What is held of each stream; the ranges of receipts.
create table held_range (
    epoch_id integer not null references epoch (id),
    stream smallint not null,
    from_sequence bigint not null,
    to_sequence bigint not null,
    primary key (epoch_id, stream, from_sequence)
);

create table series (
    id integer not null primary key,
    gateway_id integer not null references gateway (id),
    tag varchar(128) not null,
    unique (gateway_id, tag)
);

-- The directory of each stored block (place: the least stamp of the series' polls, by which history is in order), so that history finds a tag's blocks and coarse roll-ups need not decode.
create table block_series (
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
    primary key (series_id, epoch_id, sequence, ordinal)
) ${clustered};

-- Events by type and time; the bytes are those of the item.
create table event (
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    gateway_id integer not null references gateway (id),
    gateway_time bigint not null,
    type varchar(64) not null,
    primary key (epoch_id, sequence)
) ${clustered};
create index event_type on event (gateway_id, type, gateway_time);

-- Every change of an alarm's state.
create table alarm_transition (
    gateway_id integer not null references gateway (id),
    alarm_id varchar(128) not null,
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    from_state varchar(32) not null,
    to_state varchar(32) not null,
    at_time bigint not null,
    by_name varchar(255) not null,
    comment varchar(4096) not null,
    primary key (gateway_id, alarm_id, epoch_id, sequence)
) ${clustered};

-- One row an occurrence of an alarm, as its newest transition leaves it.
create table alarm (
    gateway_id integer not null references gateway (id),
    alarm_id varchar(128) not null,
    name varchar(128) not null,
    tag varchar(128) not null,
    priority varchar(32) not null,
    state varchar(32) not null,
    message varchar(4096) not null,
    action varchar(4096) not null,
    value_type smallint not null,
    value_bits bigint not null,
    value_text varchar(4096),
    shelved_until bigint not null,
    raised_at bigint not null,
    cleared_at bigint,
    acknowledged_at bigint,
    acknowledged_by varchar(255),
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    primary key (gateway_id, alarm_id)
);
create index alarm_raised on alarm (raised_at);

create table device (
    gateway_id integer not null references gateway (id),
    device varchar(128) not null,
    driver varchar(64) not null,
    state varchar(64) not null,
    reason varchar(4096) not null,
    last_good bigint not null,
    last_error varchar(4096) not null,
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    primary key (gateway_id, device)
);

-- Tags as the newest catalogue that names them describes them. A tag whose configuration_version is
-- below its gateway's newest was removed by a later configuration.
create table tag (
    gateway_id integer not null references gateway (id),
    name varchar(128) not null,
    type smallint not null,
    unit varchar(64) not null,
    deadband double precision not null,
    poll_nanos bigint not null,
    sync varchar(16) not null,
    window_nanos bigint not null,
    driver varchar(64) not null,
    device varchar(128) not null,
    low double precision,
    high double precision,
    configuration_version bigint not null,
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    primary key (gateway_id, name)
);

-- The gateway's own counters at its last report, a row a term of exact accounting.
create table report (
    epoch_id integer not null primary key references epoch (id),
    gateway_time bigint not null,
    received_at bigint not null,
    body ${bytes} not null
);

-- The last hello of a gateway.
create table hello (
    gateway_id integer not null primary key references gateway (id),
    software varchar(255) not null,
    configuration_hash varchar(255) not null,
    schema_hash varchar(255) not null,
    host varchar(255) not null,
    boot_count bigint not null,
    received_at bigint not null
);

-- Findings of the receiver that a person should see.
create table finding (
    id integer not null primary key,
    gateway_id integer not null references gateway (id),
    kind varchar(32) not null,
    detail varchar(4096) not null,
    found_at bigint not null
);

-- Commands that go down until their result comes; arguments are the message as it is sent.
create table command (
    id varchar(64) not null primary key,
    gateway_id integer not null references gateway (id),
    verb varchar(64) not null,
    issuer varchar(255) not null,
    issued_at bigint not null,
    expires_at bigint not null,
    arguments ${bytes} not null,
    result varchar(64),
    detail varchar(4096)
);
create index command_gateway on command (gateway_id, issued_at);

-- The key with which a gateway signs in an epoch, as its first hello told.
create table gateway_key (
    epoch_id integer not null primary key references epoch (id),
    verify_key ${bytes} not null,
    first_seen bigint not null
);

-- The newest ends of an epoch's chains that the gateway signed: a line a stream in heads.
create table signed_head (
    epoch_id integer not null primary key references epoch (id),
    gateway_time bigint not null,
    heads varchar(1024) not null,
    seal ${bytes} not null
);
