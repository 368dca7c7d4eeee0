/* A Modbus server by libmodbus, so that our driver is read against a peer that we did not write.
 * Without an argument it serves TCP, prints its port and serves one connection after another; with a
 * serial port, as unit 7 at 19,200 baud, even parity, it prints "ready". It ends with its standard input. */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdio.h>

enum { SIZE = 500, UNIT = 7 };

static modbus_mapping_t *registers(void) {
    modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
    for (int i = 0; i < SIZE; i++) {
        map->tab_bits[i] = i % 3 == 0;
        map->tab_input_bits[i] = i % 5 == 0;
        map->tab_registers[i] = (uint16_t)(i * 7 + 1);
        map->tab_input_registers[i] = (uint16_t)(i * 11 + 2);
    }
    /* 81.3f is 0x42A2999A. By hand but for one: in libmodbus 3.1.6 modbus_set_float_abcd and its
     * siblings swap the bytes once too often on little-endian machines. */
    map->tab_registers[100] = 0x42A2;
    map->tab_registers[101] = 0x999A;
    map->tab_registers[102] = 0xA242;
    map->tab_registers[103] = 0x9A99;
    modbus_set_float(81.3f, map->tab_registers + 104);
    map->tab_registers[106] = 0x9A99;
    map->tab_registers[107] = 0xA242;
    map->tab_registers[110] = 0x1234;
    map->tab_registers[111] = 0x5678;
    return map;
}

static int serve_tcp(modbus_mapping_t *map) {
    modbus_t *ctx = modbus_new_tcp("127.0.0.1", 0);
    int server = modbus_tcp_listen(ctx, 1);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (server < 0 || getsockname(server, (struct sockaddr *)&address, &length) < 0) {
        perror("listen");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    struct pollfd events[] = {{.fd = 0, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    while (poll(events, 2, -1) > 0 && events[0].revents == 0) {
        modbus_tcp_accept(ctx, &server);
        uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
        int got;
        while ((got = modbus_receive(ctx, request)) >= 0) {
            modbus_reply(ctx, request, got, map);
        }
        modbus_close(ctx);
    }
    return 0;
}

static int serve_rtu(const char *port, modbus_mapping_t *map) {
    modbus_t *ctx = modbus_new_rtu(port, 19200, 'E', 8, 1);
    if (ctx == NULL || modbus_set_slave(ctx, UNIT) < 0 || modbus_connect(ctx) < 0) {
        perror(port);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);

    struct pollfd events[] = {{.fd = 0, .events = POLLIN},
                              {.fd = modbus_get_socket(ctx), .events = POLLIN}};
    while (poll(events, 2, -1) > 0 && events[0].revents == 0) {
        uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];
        int got = modbus_receive(ctx, request);
        if (got > 0) {
            modbus_reply(ctx, request, got, map);
        }
    }
    modbus_close(ctx);
    return 0;
}

int main(int argc, char **argv) {
    modbus_mapping_t *map = registers();
    return argc > 1 ? serve_rtu(argv[1], map) : serve_tcp(map);
}
