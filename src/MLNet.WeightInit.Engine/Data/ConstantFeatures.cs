namespace MLNet.WeightInit.Engine.Data;

/// <summary>Features with the same value in all training rows: they tell no row from another.</summary>
/// <param name="Features">Of the data.</param>
/// <param name="Rows">Looked at: all that train.</param>
/// <param name="Slots">Those that are constant, ascending, counted from 0. One that is missing in all rows is constant; one that is missing in some tells these apart.</param>
/// <param name="Values">One a slot; NaN where it is missing.</param>
internal sealed record ConstantFeatures(int Features, long Rows, int[] Slots, float[] Values)
{
    public bool AreAll => Slots.Length == Features;

    /// <summary>Of sparse rows all or none: columns that no row has are what they are made of.</summary>
    public static ConstantFeatures Of(TrainingSet data, ReadOnlySpan<int> rows)
    {
        var first = new float[data.FeatureCount];
        data.CopyRow(rows[0], first);
        if (data.IsSparse)
        {
            foreach (int row in rows)
                if (!data.HaveSameFeatures(row, rows[0]))
                    return Of(data.FeatureCount, rows.Length, [], first);
            return Of(data.FeatureCount, rows.Length, [.. Enumerable.Range(0, first.Length)], first);
        }
        int[] slots = [.. Enumerable.Range(0, first.Length)];
        int count = slots.Length;
        foreach (int row in rows[1..])
        {
            if (count == 0)
                break;
            ReadOnlySpan<float> features = data.Row(row);
            int kept = 0;
            for (int i = 0; i < count; i++)
                if (features[slots[i]].Equals(first[slots[i]]) || features[slots[i]] == first[slots[i]])     // NaN equals NaN, and 0 equals −0
                    slots[kept++] = slots[i];
            count = kept;
        }
        return Of(data.FeatureCount, rows.Length, slots[..count], first);
    }

    /// <summary>Of rows that are streamed.</summary>
    /// <param name="sample">Some of them.</param>
    public static ConstantFeatures Of(StreamSurvey survey, TrainingSet sample)
    {
        var first = new float[sample.FeatureCount];
        sample.CopyRow(0, first);
        return Of(first.Length, survey.TrainingRows, [.. Enumerable.Range(0, first.Length).Where(survey.Features.IsConstant)], first);
    }

    static ConstantFeatures Of(int features, long rows, int[] slots, float[] first) => new(features, rows, slots, [.. slots.Select(slot => first[slot])]);
}
