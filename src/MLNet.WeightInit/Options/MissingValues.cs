namespace MLNet.WeightInit;

/// <summary>What training does with a row whose label is missing, whose features are not all finite, or whose weight is not positive.</summary>
public enum MissingValues
{
    /// <summary>Leaves the row out, as ML.NET's own trainers do, and counts it in one warning. More than half of the rows are an error.</summary>
    Skip,

    /// <summary>Stops with an <see cref="InvalidOperationException"/> that names the row and the slot.</summary>
    Throw,
}
