package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** collectd 5 with its modbus and mqtt plugins: native code, one request a value. */
final class CollectdPeer implements FootprintPeer {
    private static final Path PROGRAM = Path.of("/usr/sbin/collectd");
    private static final Path PLUGINS = Path.of("/usr/lib/collectd");
    private static final Path TYPES = Path.of("/usr/share/collectd/types.db");

    @Override
    public String name() {
        return "collectd";
    }

    @Override
    public String missing() {
        for (var file :
                List.of(PROGRAM, PLUGINS.resolve("modbus.so"), PLUGINS.resolve("mqtt.so"), TYPES)) {
            if (!Files.exists(file)) {
                return file + " (Debian: collectd-core, libmodbus5, libmosquitto1)";
            }
        }
        return "";
    }

    @Override
    public String leavesOut() {
        return "store, pipelines, alarms, page, quality";
    }

    @Override
    public int valuesInMessage() {
        return 1;
    }

    @Override
    public Child start(FootprintWork work, Path folder, int modbusPort, int brokerPort)
            throws IOException {
        var text =
                new StringBuilder(
                        """
                        Hostname "%s"
                        BaseDir "%s"
                        PIDFile "%s/collectd.pid"
                        PluginDir "%s"
                        TypesDB "%s"
                        Interval 1
                        LoadPlugin modbus
                        LoadPlugin mqtt
                        <Plugin mqtt>
                          <Publish "bench">
                            Host "127.0.0.1"
                            Port "%d"
                            ClientId "collectd"
                            Prefix "collectd"
                            StoreRates false
                          </Publish>
                        </Plugin>
                        <Plugin modbus>
                        """
                                .formatted(
                                        work.name(), folder, folder, PLUGINS, TYPES, brokerPort));
        for (int i = 0; i < FootprintWork.TAGS_OF_METER; i++) {
            text.append(
                    """
                      <Data "v%d">
                        RegisterBase %d
                        RegisterCmd ReadHolding
                        RegisterType Float
                        Type gauge
                        Instance "v%d"
                      </Data>
                    """
                            .formatted(i, 2 * i, i));
        }
        text.append(
                "  <Host \"meters\">\n    Address \"127.0.0.1\"\n    Port \"%d\"\n    Interval 1\n"
                        .formatted(modbusPort));
        for (int unit = 1; unit <= work.meters(); unit++) {
            text.append("    <Slave %d>\n      Instance \"meter-%d\"\n".formatted(unit, unit));
            for (int i = 0; i < FootprintWork.TAGS_OF_METER; i++) {
                text.append("      Collect \"v%d\"\n".formatted(i));
            }
            text.append("    </Slave>\n");
        }
        text.append("  </Host>\n</Plugin>\n");
        var file = Files.writeString(folder.resolve("collectd.conf"), text);
        return Child.start(
                name(), List.of(PROGRAM.toString(), "-f", "-C", file.toString()), Map.of(), folder);
    }
}
