package io.drme.edge.config;

import io.drme.alarm.AlarmConfig;
import io.drme.driver.DeviceSpec;
import io.drme.edge.notify.NotificationConfig;
import io.drme.edge.uplink.UplinkConfig;
import io.drme.log.StoreConfig;
import io.drme.model.GatewayId;
import io.drme.stream.EngineBudget;
import io.drme.stream.PipelineConfig;
import io.drme.trial.TrialConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything in {@code gateway.yaml}, checked.
 *
 * @param gateway who this is
 * @param devices with profiles merged and parameters filled in
 * @param pipelines in the order of the file
 * @param engine what the pipelines together may take
 * @param alarms in the order of the file
 * @param tests in the order of the file
 * @param notifications whom to tell of alarms, in the order of the file
 * @param store where and how samples are kept
 * @param uplink the way to the centre; absent on a gateway that works alone
 * @param web where the page listens
 * @param source the text it was read from
 */
public record GatewayConfig(
        Gateway gateway,
        List<DeviceSpec> devices,
        List<PipelineConfig> pipelines,
        EngineBudget engine,
        List<AlarmConfig> alarms,
        List<TrialConfig> tests,
        List<NotificationConfig> notifications,
        StoreConfig store,
        Optional<UplinkConfig> uplink,
        WebConfig web,
        Source source) {

    /**
     * The {@code gateway} section.
     *
     * @param id unique in the fleet
     * @param site path such as {@code acme/stuttgart/press-shop}; empty where none is given
     * @param labels free names and values
     */
    public record Gateway(GatewayId id, String site, Map<String, String> labels) {}

    /**
     * What the configuration was read from.
     *
     * @param yaml the whole as one file, includes and tag files in place
     * @param hash SHA-256 of {@code yaml} in hexadecimal; the same hash means the same
     *     configuration
     */
    public record Source(String yaml, String hash) {}
}
