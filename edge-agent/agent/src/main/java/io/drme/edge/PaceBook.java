package io.drme.edge;

import io.drme.driver.Pace;
import io.drme.schema.PaceChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What devices were told to give, so that each change of it is put on record. Confined. */
final class PaceBook {
    private Map<String, Pace> told = Map.of();

    /**
     * Takes over what is asked from now on.
     *
     * @param paces of the devices of which less is asked, by name
     * @return what is other than before
     */
    List<PaceChange> changes(Map<String, Pace> paces) {
        var changes = new ArrayList<PaceChange>();
        told.forEach((device, pace) -> {
            if (!paces.containsKey(device)) {
                changes.add(change(device, new Pace(1, pace.polled(), "")));
            }
        });
        paces.forEach((device, pace) -> {
            if (!pace.equals(told.get(device))) {
                changes.add(change(device, pace));
            }
        });
        told = paces;
        return changes;
    }

    private static PaceChange change(String device, Pace pace) {
        return new PaceChange(device, pace.factor(), pace.polled(), pace.why());
    }
}
