-- What members of a cluster share beside what gateways send, and the centre's own alarms. The same on both databases.

-- Small texts that members share: accounts, sessions, the centre's key.
create table document (
    name varchar(64) not null primary key,
    body text not null
);

-- Alarms that the centre raises itself, one a kind and site. gateways: those concerned, a line each. state: as that of any alarm.
create table centre_alarm (
    id varchar(64) not null primary key,
    name varchar(64) not null,
    site text not null,
    priority varchar(16) not null,
    state varchar(32) not null,
    message text not null,
    action text not null,
    gateways text not null,
    raised_at bigint not null,
    cleared_at bigint,
    acknowledged_at bigint,
    acknowledged_by text,
    comment text not null default '',
    shelved_until bigint not null default 0
);
create index centre_alarm_raised on centre_alarm (raised_at);

create index command_open on command (expires_at) where result is null;
