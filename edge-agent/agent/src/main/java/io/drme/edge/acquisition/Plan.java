package io.drme.edge.acquisition;

import io.drme.alarm.Alarms;
import io.drme.driver.TagSpec;
import io.drme.stream.EngineBudget;
import io.drme.stream.Pipelines;
import java.util.List;
import java.util.Set;

/**
 * A configuration as the pipeline's thread runs it; made on another thread and handed over whole.
 *
 * @param specs the tags of all devices
 * @param pipelines compiled; its table holds the tags of all devices and the derived ones
 * @param alarms compiled against the same table
 * @param derivedGroup the number of the group that derived samples belong to
 * @param groups the numbers of the poll groups of its devices; a batch of any other was read for a
 *     configuration that is no more, in which its tags may have had other types
 * @param engine what the pipelines may take
 * @param paced the devices that can be asked for less
 */
public record Plan(
        List<TagSpec> specs,
        Pipelines pipelines,
        Alarms alarms,
        int derivedGroup,
        Set<Integer> groups,
        EngineBudget engine,
        List<Paced> paced) {}
