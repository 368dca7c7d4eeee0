package io.drme.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports of the demo: those of the contract, or free ones where they are taken.
 *
 * @param moved a line for each that is not the usual one
 */
record Ports(
        int press,
        int boiler,
        int cabinet,
        int control,
        int cloud,
        int mqtt,
        List<Integer> agents,
        List<String> moved) {

    static Ports choose(int gateways) throws IOException {
        var moved = new ArrayList<String>();
        int press = free("Modbus simulator", 1502, moved);
        int boiler = free("OPC UA simulator", 4840, moved);
        int cabinet = free("GPIO simulator", 9300, moved);
        int control = free("simulators' control", 9301, moved);
        int cloud = free("centre's page", 8080, moved);
        int mqtt = free("centre's MQTT", 1883, moved);
        var agents = new ArrayList<Integer>();
        for (int i = 0; i < gateways; i++) {
            agents.add(free("agent's page", 8081 + i, moved));
        }
        return new Ports(
                press,
                boiler,
                cabinet,
                control,
                cloud,
                mqtt,
                List.copyOf(agents),
                List.copyOf(moved));
    }

    private static int free(String what, int wanted, List<String> moved) throws IOException {
        if (isFree(wanted)) {
            return wanted;
        }
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            moved.add(
                    "port %d is taken; the %s uses %d".formatted(wanted, what, any.getLocalPort()));
            return any.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException _) {
            return false;
        }
    }
}
