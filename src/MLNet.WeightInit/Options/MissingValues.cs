namespace MLNet.WeightInit;

/// <summary>What training does with a row whose label is missing, whose features are not all finite, or whose weight is not positive, and what the model does with a row whose features are missing.</summary>
public enum MissingValues
{
    /// <summary>Leaves the row out, as ML.NET's own trainers do, and counts it in one warning. More than half of the rows are an error.</summary>
    Skip,

    /// <summary>Stops with an <see cref="InvalidOperationException"/> that names the row and the slot.</summary>
    Throw,

    /// <summary>
    /// A missing feature (NaN) becomes the mean of its slot over the training rows, and an input of its own tells the network that it was missing: 1 in such a row, 0 elsewhere. Every slot that is missing in some training
    /// rows and there in others has one. The means are part of the model, which scores rows with missing features in the same way; a slot without an input of its own then becomes its mean. Infinite features, missing labels and
    /// weights that are not positive are still treated as by <see cref="Skip"/>.
    /// </summary>
    /// <remarks>Little and Rubin 2002, section 4.2; for networks and with the argument for the indicator: Lipton et al. 2016; van Ness et al. 2023.</remarks>
    MeanWithIndicator,
}
