using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>Makes the plan of a network of dense layers, and fills its tensors.</summary>
internal static class PlanExecution
{
    /// <summary>1 GiB: the work matrix of an orthogonal tensor of 16,000².</summary>
    public const long DefaultMostBytes = 1L << 30;

    /// <summary>Plans every tensor: the initializer's own plan first, then the overrides of the output's weights and of all biases.</summary>
    /// <param name="layers">From the first hidden layer to the output; activation with arguments.</param>
    /// <param name="init">Resolved.</param>
    /// <param name="outputInit">Resolved; null leaves the output's weights as planned.</param>
    /// <param name="biasInit">Resolved; applies to all biases, the output's included. Null leaves them as planned: zeros, if nothing else was.</param>
    /// <param name="featureSecondMoment">As <see cref="InitializationPlan.FeatureSecondMoment"/>.</param>
    /// <param name="priorBias">As <see cref="InitializationPlan.PriorBias"/>.</param>
    /// <param name="optimizer">As <see cref="InitializationPlan.Optimizer"/>.</param>
    /// <param name="resolve">Makes initializers of the texts that a plan uses; null knows the built-in names.</param>
    /// <param name="dropout">As <see cref="WeightShape.InputDropout"/>, of every layer that reads a hidden one.</param>
    /// <param name="isNormalized">As <see cref="WeightShape.IsNormalized"/>, of every hidden layer.</param>
    /// <param name="residual">Blocks that the hidden layers form; null for none.</param>
    /// <param name="embeddings">Column, rows and dimensions of each table.</param>
    /// <param name="embeddingInit">Resolved; null: what <see cref="Auto"/> chooses for them.</param>
    /// <param name="losses">As <see cref="InitializationPlan.Losses"/>.</param>
    public static InitializationPlan Build(IReadOnlyList<(int Inputs, int Outputs, string Activation)> layers, WeightInitializer init,
        WeightInitializer? outputInit = null, WeightInitializer? biasInit = null,
        double featureSecondMoment = double.NaN, IReadOnlyList<float>? priorBias = null, string optimizer = "Adam",
        Func<WeightInitializer, WeightInitializer>? resolve = null, float dropout = 0, bool isNormalized = false, ResidualBlocks? residual = null,
        IReadOnlyList<(string Column, int Rows, int Dimensions)>? embeddings = null, WeightInitializer? embeddingInit = null, IReadOnlyList<string>? losses = null)
    {
        resolve ??= initializer => InitializerRegistry.CreateDefault().Resolve(initializer);

        InitializationPlan Planned(WeightInitializer initializer)
        {
            List<PlannedTensor> tables = Embeddings(embeddings ?? [], RequireWeights(embeddingInit ?? new Auto(), nameof(embeddingInit)), layers, resolve);
            var plan = new InitializationPlan(Tensors(layers, resolve, dropout, isNormalized, residual?.BranchDepth ?? 0), tables) { FeatureSecondMoment = featureSecondMoment, PriorBias = priorBias, Optimizer = optimizer, Losses = losses ?? [] };
            plan.Rules.Add(initializer);
            Guard(initializer, "the network's plan", () => initializer.Plan(plan));
            return plan;
        }

        InitializationPlan result = Planned(RequireWeights(init, nameof(init)));
        if (outputInit is not null)
        {
            InitializationPlan ofOutput = Planned(RequireWeights(outputInit, nameof(outputInit)));
            TakeOver(result.Weights.Last(), ofOutput.Weights.Last(), outputInit, init);
            result.Rules.AddRange(ofOutput.Rules);
        }
        if (biasInit is not null)
        {
            InitializationPlan ofBiases = Planned(biasInit);
            foreach ((PlannedTensor bias, PlannedTensor planned) in result.Biases.Zip(ofBiases.Biases))
                TakeOver(bias, planned, biasInit, init);
            result.Rules.AddRange(ofBiases.Rules);
        }
        if (residual is { Start: ResidualStart.ZeroWeights })
            foreach (PlannedTensor last in result.Weights.Where(tensor => tensor.Shape.EndsBranch))
            {
                float rate = last.LearningRateMultiplier;
                last.Use(new Zeros(), "Residual branches were asked to start at 0: the last weights of a branch have a gradient in the first step, the others from the second on (Zhang et al. 2019, section 3).");
                KeepRate(last, rate, init);
            }
        if (result.Weights.FirstOrDefault(tensor => tensor.Initializer is null) is { } unplanned)
            throw new InvalidOperationException($"The initializer '{init.Name}' must choose an initializer for every weight tensor, and chose none for {unplanned.Name}. Call Use on it in Plan.");
        return result;
    }

    /// <summary>Before anything is filled: a refusal costs no fill.</summary>
    /// <exception cref="InvalidOperationException">A tensor's initializer needs more than is allowed.</exception>
    public static void CheckWork(PlannedTensor tensor, long mostBytes)
    {
        if (tensor.Initializer is { } planned && planned.WorkBytes(tensor.Shape) is long bytes && bytes > mostBytes)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The initializer '{planned.Specification}' needs {bytes:N0} bytes beside {tensor.Name} ({tensor.Shape.Rows:N0} × {tensor.Shape.Columns:N0}, {tensor.Shape.Count * sizeof(float):N0} bytes), ")
                + string.Create(CultureInfo.InvariantCulture, $"and MaxInitializerBytes is {mostBytes:N0}. Raise it, or start this tensor by an initializer that needs no work matrix, such as he or glorot."));
    }

    /// <summary>The tensor's start values, row-major; a bias vector has one value a unit.</summary>
    /// <param name="mostBytes">What the initializer may take beside the tensor.</param>
    /// <exception cref="InvalidOperationException">The initializer threw, wrote a value that is not finite, or would take more memory than it may.</exception>
    public static float[] Fill(PlannedTensor tensor, long seed, long mostBytes = DefaultMostBytes)
    {
        CheckWork(tensor, mostBytes);
        var values = new float[tensor.Shape.Count];
        if (tensor.Initializer is not { } initializer)
            return values;
        Guard(initializer, tensor.Name, () => initializer.Fill(values, tensor.Shape, new RandomSource(seed, tensor.Stream)));
        for (int i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The initializer '{initializer.Specification}' must write finite numbers, and wrote {values[i]} into {tensor.Name} at row {i / tensor.Shape.Columns}, column {i % tensor.Shape.Columns}."));
        return values;
    }

    /// <summary>Lets the initializer adjust the filled network on the probe batch, then keeps the promises that single tensors make about the data.</summary>
    /// <param name="plan">As filled; takes a sentence where a tensor was changed.</param>
    /// <param name="init">The one that made the plan.</param>
    /// <param name="context">The filled network and its probe batch.</param>
    public static void Calibrate(InitializationPlan plan, WeightInitializer init, CalibrationContext context)
    {
        // The rule itself and those that planned with it, each object once; then those that they gave to tensors, each specification once.
        List<WeightInitializer> rules = [.. plan.Rules.Prepend(init).Distinct<WeightInitializer>(ReferenceEqualityComparer.Instance)];
        HashSet<string> known = [.. rules.Select(rule => rule.Specification)];
        rules.AddRange(plan.Tensors.Concat(plan.Embeddings).Select(tensor => tensor.Initializer).OfType<WeightInitializer>().Where(rule => known.Add(rule.Specification)));
        foreach (WeightInitializer rule in rules)
            Guard(rule, "the network's calibration", () => rule.Calibrate(context));
        int layer = 0;
        foreach (PlannedTensor tensor in plan.Weights)
        {
            if (tensor.Initializer is SmallLogits head && head.Limit(context, layer) is { } sentence)
                tensor.AddToReason(sentence);
            layer++;
        }
    }

    static List<PlannedTensor> Tensors(IReadOnlyList<(int Inputs, int Outputs, string Activation)> layers, Func<WeightInitializer, WeightInitializer> resolve, float dropout, bool isNormalized, int branchDepth)
    {
        var tensors = new List<PlannedTensor>();
        for (int layer = 0; layer < layers.Count; layer++)
        {
            (int inputs, int outputs, string activation) = layers[layer];
            bool isOutput = layer == layers.Count - 1;
            // The output has a key without a number, so that a hidden layer more or less leaves every other tensor's draws as they are.
            string name = isOutput ? "output" : $"hidden[{layer}]";
            string stream = isOutput ? "init/output" : $"init/hidden/{layer}";
            WeightShape shape = WeightShape.Dense(inputs, outputs) with
            {
                LayerIndex = layer,
                Depth = layers.Count,
                Role = isOutput ? TensorRole.Output : TensorRole.Hidden,
                Activation = activation,
                InputDropout = layer == 0 ? 0 : dropout,
                IsNormalized = isNormalized && !isOutput,
                ResidualBranches = branchDepth == 0 ? 0 : (layers.Count - 2) / branchDepth,
                BranchDepth = branchDepth,
                BranchLayer = branchDepth == 0 || isOutput || layer == 0 ? 0 : (layer - 1) % branchDepth + 1,
            };
            tensors.Add(new PlannedTensor($"{name}.weights", shape, $"{stream}/weights", resolve));
            tensors.Add(new PlannedTensor($"{name}.bias", shape with { Columns = 1, Role = TensorRole.Bias }, $"{stream}/bias", resolve));
        }
        return tensors;
    }

    /// <summary>A table's stream is keyed by its column: other columns leave its draws as they are.</summary>
    static List<PlannedTensor> Embeddings(IReadOnlyList<(string Column, int Rows, int Dimensions)> embeddings, WeightInitializer initializer, IReadOnlyList<(int Inputs, int Outputs, string Activation)> layers,
        Func<WeightInitializer, WeightInitializer> resolve)
    {
        var tensors = new List<PlannedTensor>();
        foreach ((string column, int rows, int dimensions) in embeddings)
        {
            WeightShape shape = EmbeddingShape(rows, dimensions) with { Depth = layers.Count };
            var tensor = new PlannedTensor($"embedding[{column}]", shape, $"init/embedding/{column}", resolve);
            if (initializer is Auto)
                Auto.PlanEmbedding(tensor);
            else
                tensor.Use(initializer);
            tensors.Add(tensor);
        }
        return tensors;
    }

    /// <summary>A row of a table is what one category adds to the first layer's inputs: one input of a one-hot column, fed into each dimension.</summary>
    public static WeightShape EmbeddingShape(int rows, int dimensions) => WeightShape.Dense(dimensions, rows) with { FanIn = rows, FanOut = dimensions, Role = TensorRole.Embedding };

    /// <summary>Draws and reason of another plan. The rate stays, unless that plan has one of its own: what fits rates to widths doesn't ask how a tensor is drawn (Yang et al. 2022 start outputs at 0).</summary>
    static void TakeOver(PlannedTensor tensor, PlannedTensor planned, WeightInitializer initializer, WeightInitializer ofRate)
    {
        if (planned.Initializer is null)
            planned.Use(initializer);
        float rate = tensor.LearningRateMultiplier;
        tensor.Current = planned.Current;
        if (planned.LearningRateMultiplier == 1)
            KeepRate(tensor, rate, ofRate);
    }

    static void KeepRate(PlannedTensor tensor, float rate, WeightInitializer ofRate)
    {
        if (rate == 1)
            return;
        tensor.LearningRateMultiplier = rate;
        tensor.AddToReason(string.Create(CultureInfo.InvariantCulture, $"{ofRate.Specification} moves it at {rate:G4} of the learning rate all the same."));
    }

    /// <exception cref="InvalidOperationException">The initializer is a rule for biases.</exception>
    static WeightInitializer RequireWeights(WeightInitializer initializer, string option) => initializer is not (PriorBias or ForgetBias) ? initializer
        : throw new InvalidOperationException($"'{initializer.Name}' is a rule for biases and says nothing of weights. Set BiasInit = \"{initializer.Specification}\", and leave {char.ToUpperInvariant(option[0])}{option[1..]} out or give it a rule for weights.");

    static void Guard(WeightInitializer initializer, string place, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new InvalidOperationException($"The initializer '{initializer.Specification}' failed at {place}: {exception.Message}", exception);
        }
    }
}
