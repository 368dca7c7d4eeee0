#!/bin/busybox sh
# shellcheck shell=dash
# The guest of gpio.sh: a kernel with a simulated GPIO chip, and the agent on it. Prints what is seen, and FAILED where that is not
# what was expected.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t tmpfs none /tmp
ifconfig lo 127.0.0.1 up
insmod /modules/configfs.ko
insmod /modules/irq-sim-module.ko
insmod /modules/gpio-sim.ko
mount -t configfs none /sys/kernel/config

say() { echo "## $*"; }
expect() { # WHAT EXPECTED FOUND
    if [ "$2" = "$3" ]; then say "$1: $3"; else say "FAILED $1: expected $2, found $3"; fi
}

chip_up() {
    echo 1 >/sys/kernel/config/gpio-sim/cabinet/live
    chip=/dev/$(cat /sys/kernel/config/gpio-sim/cabinet/bank0/chip_name)
    lines=/sys/devices/platform/$(cat /sys/kernel/config/gpio-sim/cabinet/dev_name)/$(basename "$chip")
}
mkdir -p /sys/kernel/config/gpio-sim/cabinet/bank0/line3 /sys/kernel/config/gpio-sim/cabinet/bank0/line5
echo 8 >/sys/kernel/config/gpio-sim/cabinet/bank0/num_lines
echo LAMP >/sys/kernel/config/gpio-sim/cabinet/bank0/line3/name
echo FLOW >/sys/kernel/config/gpio-sim/cabinet/bank0/line5/name
chip_up
say "kernel $(uname -r), chip $chip"

high() { echo pull-up >"$lines/sim_gpio$1/pull"; }
low() { echo pull-down >"$lines/sim_gpio$1/pull"; }
level() { cat "$lines/sim_gpio$1/value"; }
burst() { # LINE COUNT, as fast as the shell writes
    n=0
    while [ $n -lt "$2" ]; do
        echo pull-up >"$lines/sim_gpio$1/pull"
        echo pull-down >"$lines/sim_gpio$1/pull"
        n=$((n + 1))
    done
}
pulses() { # LINE COUNT, with time for the kernel's interrupt thread between them
    n=0
    while [ $n -lt "$2" ]; do
        echo pull-up >"$lines/sim_gpio$1/pull"
        usleep 10000
        echo pull-down >"$lines/sim_gpio$1/pull"
        usleep 10000
        n=$((n + 1))
    done
}

cat >/tmp/gateway.yaml <<EOT
gateway: {id: guest, site: test}
devices:
  cabinet:
    driver: gpio
    url: "chip://$chip"
    poll: 500ms
    tags:
      door: {address: "line:1"}
      contact: {address: "line:2", debounce: 50ms}
      lamp: {address: "line:3", access: write, safe: 0}
      valve: {address: "line:4", access: write, safe: 1}
      pump: {address: "line:6", access: write, safe: 0, on-stop: keep}
      water: {address: "line:5", count: rising}
store: {sync-every: 100ms}
web: {listen: "127.0.0.1:8081"}
EOT
java="/jre/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
program="-cp $(echo /lib/drme-agent-*.jar) io.drme.edge.Main"
# shellcheck disable=SC2086 # words without blanks
agent() { $java $program "$@"; }
start() {
    # shellcheck disable=SC2086 # words without blanks; no function, so that the process is the agent itself
    $java $program run --config /tmp/gateway.yaml --data /tmp/data >>/tmp/agent.log 2>&1 &
    pid=$!
    until wget -qO- http://127.0.0.1:8081/health/ready >/dev/null 2>&1; do sleep 0.2; done
    until [ "$(item door quality)" = good ]; do sleep 0.1; done
}
get() { wget -qO- --header "Authorization: Bearer $(cat /tmp/data/token)" "http://127.0.0.1:8081$1"; }
item() { get "/api/v1/latest?match=guest/cabinet/$1" | sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
wait_for() { # TAG VALUE
    n=0
    while [ "$(item "$1" value)" != "$2" ] && [ $n -lt 60 ]; do
        sleep 0.1
        n=$((n + 1))
    done
    expect "$1" "$2" "$(item "$1" value)"
}
samples() { get "/api/v1/history?gateway=guest&tag=cabinet/$1&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z" | grep -o sourceTime | wc -l; }

say "--- what the kernel tells, without a line being taken"
agent browse "chip://$chip" 2>&1 | sed 's/^/## /'
say "--- a user without the right"
chmod 600 "$chip"
# shellcheck disable=SC2086 # words without blanks
start-stop-daemon -S -c nobody -x /jre/bin/java -- ${java#/jre/bin/java } $program probe "chip://$chip" --data /tmp/none 2>&1 |
    sed 's/^/## /'

say "--- edges"
start
expect "level of the door at first" false "$(item door value)"
high 1
wait_for door true
say "edge at $(item door sourceTime), in the agent at $(item door gatewayTime)"
low 1
wait_for door false
expect "samples of the door: the first level and two edges" 3 "$(samples door)"

say "--- debounce: a contact that bounces 20 times and then holds"
burst 2 20
high 2
wait_for contact true
expect "samples of the contact: the first level and one edge" 2 "$(samples contact)"

say "--- counter"
pulses 5 100
wait_for water 100
kill -STOP $pid
pulses 5 400
kill -CONT $pid
wait_for water 500
say "lost by the kernel's buffer while the agent stood still: $(get /api/v1/devices | grep -o '"lostValues":[0-9]*')"

say "--- outputs"
expect "lamp at the start" 0 "$(level 3)"
expect "valve at the start" 1 "$(level 4)"
expect "pump at the start" 0 "$(level 6)"
agent write cabinet/lamp 1 --data /tmp/data --url http://127.0.0.1:8081 2>&1 | sed 's/^/## /'
expect "lamp on the line" 1 "$(level 3)"
wait_for lamp true
agent write cabinet/lamp 1 --for 10s --data /tmp/data --url http://127.0.0.1:8081 >/dev/null 2>&1
expect "lamp while the time lasts" 1 "$(level 3)"
wait_for lamp false
expect "lamp when the time is over" 0 "$(level 3)"

write() { agent write "$@" --data /tmp/data --url http://127.0.0.1:8081 >/dev/null 2>&1; }
say "--- clean stop with lamp 1 (safe 0), valve 0 (safe 1) and pump 1 (safe 0, on-stop keep); only the valve has a pull-up"
write cabinet/lamp 1
write cabinet/valve 0
write cabinet/pump 1
high 4
expect "before: lamp, valve, pump" "1 0 1" "$(level 3) $(level 4) $(level 6)"
pulses 5 7
kill -TERM $pid
wait $pid
say "after the stop, lines free: lamp $(level 3), valve $(level 4), pump $(level 6)"

say "--- start again"
start
wait_for water 507
expect "lamp, valve, pump" "0 1 0" "$(level 3) $(level 4) $(level 6)"

say "--- kill -9 with lamp 1, valve 1, pump 1; only the pump has a pull-up"
write cabinet/lamp 1
write cabinet/pump 1
low 4
high 6
expect "before: lamp, valve, pump" "1 1 1" "$(level 3) $(level 4) $(level 6)"
pulses 5 3
wait_for water 510
kill -9 $pid
wait $pid
say "after kill -9, lines free: lamp $(level 3), valve $(level 4), pump $(level 6)"
start
wait_for water 510
expect "lamp, valve, pump after the next start" "0 1 0" "$(level 3) $(level 4) $(level 6)"

say "--- 1000 pulses as fast as the shell writes them"
burst 5 1000
sleep 2
say "counted: $(($(item water value) - 510)); what is merged in the kernel's interrupt thread has no number"

kill -TERM $pid
wait $pid
grep -E 'ERROR|WARN' /tmp/agent.log | sed 's/^/## agent: /'
say end
poweroff -f
