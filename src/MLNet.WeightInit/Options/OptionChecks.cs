namespace MLNet.WeightInit;

/// <summary>The range of every option, checked when an estimator is created, so that nobody waits for data to be read first.</summary>
internal static class OptionChecks
{
    /// <exception cref="ArgumentNullException">A name or list is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static void Check(NeuralNetOptions options)
    {
        CheckColumn(options.LabelColumnName, nameof(options.LabelColumnName));
        if (options.FeatureColumnName is { } features)
            CheckColumn(features, nameof(options.FeatureColumnName));
        else
            Require(options.CategoricalColumns?.Count > 0, nameof(options.FeatureColumnName), null, "A network needs inputs. Name the column of features, or CategoricalColumns, or both.");
        if (options.ExampleWeightColumnName is { } weight)
            CheckColumn(weight, nameof(options.ExampleWeightColumnName));
        CheckHiddenLayers(options.HiddenLayers);
        options.CheckNetwork();
        options.CheckCategorical();
        options.CheckAutoencoder();
        ArgumentNullException.ThrowIfNull(options.Activation);
        ArgumentNullException.ThrowIfNull(options.Optimizer);
        LossChecks.Check(options);
        options.CheckHeads();

        Require(options.LearningRate > 0 && float.IsFinite(options.LearningRate), nameof(options.LearningRate), options.LearningRate,
            "The learning rate must be above 0 and finite. 0.001 is the default; to get an untrained model set NumberOfEpochs to 0.");
        Require(options.BatchSize >= 1, nameof(options.BatchSize), options.BatchSize, "A batch needs at least 1 row. 64 is the default.");
        Require(options.NumberOfEpochs is null or >= 0, nameof(options.NumberOfEpochs), options.NumberOfEpochs,
            "The number of epochs must be at least 0. 0 gives the initialized, untrained model; null chooses by the number of rows.");
        Require(options.NumberOfThreads is null or >= 1, nameof(options.NumberOfThreads), options.NumberOfThreads,
            "Training needs at least 1 thread. null takes one a processor.");
        Require(options.WeightDecay is not { } decay || decay >= 0 && float.IsFinite(decay), nameof(options.WeightDecay), options.WeightDecay,
            "The weight decay must be at least 0 and finite. 0 is none; null chooses by the optimizer and the number of rows.");
        Require(options.ValidationFraction is null or (>= 0 and < 1), nameof(options.ValidationFraction), options.ValidationFraction,
            "The share of validation rows must be at least 0 and below 1. 0 keeps none; null chooses by the number of rows.");
        Require(options.Patience is null or >= 1, nameof(options.Patience), options.Patience,
            "The patience must be at least 1 epoch. null chooses it; to train all epochs set EarlyStopping to false.");
        options.CheckEarlyStopping();
        Require(Enum.IsDefined(options.MissingValues), nameof(options.MissingValues), options.MissingValues, "It must be Skip, Throw or MeanWithIndicator.");
        OptimizationChecks.Check(options);
        Require(Enum.IsDefined(options.Diagnostics), nameof(options.Diagnostics), options.Diagnostics, "It must be Off, Summary or Full.");
        Require(Enum.IsDefined(options.OnCancel), nameof(options.OnCancel), options.OnCancel, "It must be ReturnBest or Throw.");
        Require(options.MaxInitializerBytes >= 0, nameof(options.MaxInitializerBytes), options.MaxInitializerBytes, "The memory that an initializer may take must be at least 0 bytes. 1 GiB is the default.");
        options.CheckCheckpoints();
        options.CheckStreaming();
    }

    static void CheckHiddenLayers(IReadOnlyList<int> hiddenLayers)
    {
        ArgumentNullException.ThrowIfNull(hiddenLayers, nameof(NeuralNetOptions.HiddenLayers));
        for (int i = 0; i < hiddenLayers.Count; i++)
            Require(hiddenLayers[i] >= 1, $"{nameof(NeuralNetOptions.HiddenLayers)}[{i}]", hiddenLayers[i],
                "A hidden layer needs at least 1 unit. For a model without hidden layers pass an empty list.");
    }

    static void CheckColumn(string name, string option)
    {
        ArgumentNullException.ThrowIfNull(name, option);
        Require(name.Length > 0, option, "''", "A column name must not be empty.");
    }

    internal static void Require(bool holds, string option, object? found, string message)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, found, message);
    }
}
