-- What a person needs to act on an alarm, what was said last, its first-out group, and whether its priority was raised. The same on both databases.
alter table alarm add column cause text not null default '';
alter table alarm add column consequence text not null default '';
-- Nanoseconds; 0 where the configuration says nothing.
alter table alarm add column respond_within bigint not null default 0;
alter table alarm add column comment text not null default '';
alter table alarm add column by_name text not null default '';
alter table alarm add column first_out_group text not null default '';
alter table alarm add column first_out smallint not null default 0;
alter table alarm add column escalated_from text not null default '';
create index alarm_first_out on alarm (gateway_id, first_out_group, raised_at) where first_out = 1;

-- For the load of the last day.
create index alarm_transition_time on alarm_transition (at_time);
