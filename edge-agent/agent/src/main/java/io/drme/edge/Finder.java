package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceSpec;
import io.drme.driver.FoundTag;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.TagName;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes tags of what devices told of. They are on disk before they run, and run before anything is
 * read of them, so nothing is accepted under a name that a restart would not know.
 *
 * <p>Confined to the supervisor's thread.
 */
final class Finder {
    private static final Logger log = LoggerFactory.getLogger(Finder.class);

    private final Layout layout;
    private final Devices devices;

    Finder(Layout layout, Devices devices) {
        this.layout = layout;
        this.devices = devices;
    }

    /**
     * A configuration with the tags that were found.
     *
     * @param count how many
     */
    record Extended(Layout.Ready ready, int count) {}

    /**
     * Takes up what devices told of since the last call, all at once.
     *
     * @return what is to run now; nothing where nothing was found that fits
     */
    Optional<Extended> look(GatewayConfig config) {
        var found = devices.found();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        int count = 0;
        for (var entry : found.entrySet()) {
            var device = entry.getKey();
            var left = layout.found().add(device, entry.getValue());
            giveUp(device.name(), left, "there is a tag of that name, or no room");
            count += entry.getValue().size() - left.size();
        }
        if (count == 0) {
            return Optional.empty();
        }
        try {
            var ready = layout.place(config, "the tags that were found");
            save(config.devices());
            return Optional.of(new Extended(ready, count));
        } catch (InvalidConfigException | IllegalArgumentException e) {
            undo(found, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void undo(Map<DeviceSpec, List<FoundTag>> found, String why) {
        found.forEach((device, tags) -> {
            layout.found().remove(device.name(), tags);
            giveUp(device.name(), tags.stream().map(t -> t.tag().name()).toList(), why);
        });
    }

    private void giveUp(String device, Collection<TagName> names, String why) {
        if (!names.isEmpty()) {
            devices.giveUp(device, names);
            log.warn(
                    "device={} tags not made={} first={} {}",
                    device,
                    names.size(),
                    names.iterator().next(),
                    why);
        }
    }

    private void save(Collection<DeviceSpec> written) {
        try {
            layout.found().save(written);
        } catch (IOException e) {
            log.error("tags that were found can't be kept; a restart finds them anew: {}", e);
        }
    }
}
