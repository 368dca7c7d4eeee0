package io.drme.cloud.query;

import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.CentreAlarms;
import io.drme.model.Glob;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which alarms a selection is about. Those of the centre belong to a site, which stands in the
 * place of their tag: it has to match the selection's, and where a label is asked for, a gateway of
 * that site has to carry it. Safe for use from any thread.
 */
public final class AlarmScope {
    private final Selection selection;
    private final Glob pattern;
    private final Map<String, String> sites = new HashMap<>();
    private final Set<String> labelled = new HashSet<>();

    /** Of the gateways of a selection. */
    AlarmScope(Selection selection, List<Gateway> gateways) {
        this.selection = selection;
        this.pattern = selection.pattern();
        for (var gateway : gateways) {
            labelled.add(gateway.site());
            if (selection.mayMatch(gateway.name())) {
                sites.put(gateway.name(), gateway.site());
            }
        }
    }

    /** The site of an alarm that belongs to the selection; empty where it does not. */
    public Optional<String> site(AlarmRow alarm) {
        return site(alarm.gateway(), alarm.tag());
    }

    /** As above, of an alarm of a gateway on a tag. */
    Optional<String> site(String gateway, String tag) {
        if (!pattern.matches(gateway + "/" + tag)) {
            return Optional.empty();
        }
        return gateway.equals(CentreAlarms.GATEWAY)
                ? ofCentre(tag)
                : Optional.ofNullable(sites.get(gateway));
    }

    private Optional<String> ofCentre(String site) {
        boolean isOfSite = selection.isOf(site);
        boolean isLabelled = selection.label().isEmpty() || labelled.contains(site);
        return isOfSite && isLabelled ? Optional.of(site) : Optional.empty();
    }
}
