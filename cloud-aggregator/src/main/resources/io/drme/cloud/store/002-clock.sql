-- What became of gateways' clocks, by which their times are read. life: number of the agent's start. wall: what the clock showed at the stamp. crooked: 1 where times of its life have to be corrected or marked.
create table clock_step (
    gateway_id integer not null references gateway (id),
    epoch_id integer not null references epoch (id),
    sequence bigint not null,
    life bigint not null,
    stamp bigint not null,
    wall bigint not null,
    jump bigint not null,
    uncertainty bigint not null,
    synced smallint not null,
    crooked smallint not null,
    primary key (gateway_id, epoch_id, sequence)
) ${clustered};
create index clock_step_crooked on clock_step (gateway_id) where crooked = 1;

-- How far off raised_at may be; negative where unknown.
alter table alarm add column uncertainty bigint not null default -1;
create index alarm_transition_item on alarm_transition (epoch_id, sequence);
