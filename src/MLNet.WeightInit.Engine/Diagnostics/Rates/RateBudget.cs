namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>How long the trials of learning rates are and how many, by what they cost: counted in multiplications, so that the same network gets the same trials on every machine.</summary>
/// <param name="Steps">Of a trial that looks for the edge; as many as the training will take, where that can be afforded.</param>
/// <param name="Draws">Orders of the batches in which a rate is tried.</param>
/// <param name="Folds">Parts of the rows that are held out, one after the other, to compare rates; 0 where trials are too short or too few to tell a good rate from a better one.</param>
/// <param name="ComparedSteps">Of a trial that compares rates: what is left of the budget, since the rate that is ahead early is higher than the one that is in the end.</param>
internal readonly record struct RateBudget(int Steps, int Draws, int Folds, int ComparedSteps)
{
    /// <summary>Multiplications and additions that all trials of a training may take: some seconds on one core.</summary>
    const double MostWork = 1.8e11;

    /// <summary>The same for a network so large that it gets the fewest steps and no comparison.</summary>
    public const double LargeWork = 6e10;

    /// <summary>Longest trial: an edge that comes later than this is rare, and a training of thousands of steps would cost minutes to foretell. The fewest are what a large network gets.</summary>
    public const int MostSteps = 300, FewestSteps = 8;

    /// <summary>Of a trial that compares rates.</summary>
    public const int MostComparedSteps = 1_200;

    /// <summary>Shorter trials don't tell a good rate from a better one.</summary>
    const int ComparingSteps = 40;

    /// <summary>Rates that a search for the edge tries in one draw, more or less.</summary>
    public const int UsualRates = 12;

    /// <summary>Rates to find a place for the ladder, and rungs of it.</summary>
    const int FirstRates = 5;
    const double UsualRungs = 5.5;

    /// <summary>A step's cost beside its products: calls, gathering, loss.</summary>
    const double StepOverhead = 5e5;

    /// <summary>From the most that is useful to the least at which the edge is still looked for as long as it should.</summary>
    static readonly (int Draws, int Folds)[] s_choices = [(9, 5), (5, 5), (5, 3), (3, 3)];

    /// <summary>Of what is affordable then, the share of the edge, whose trials may be shorter sooner than there are too few parts of the rows; and the fewest steps and most that these get.</summary>
    const double EdgeShare = 0.4;
    static readonly (int Draws, int Folds, int Fewest, int Most)[] s_shortened = [(3, 3, 80, MostSteps), (1, 3, ComparingSteps, 80), (1, 1, ComparingSteps, ComparingSteps)];

    /// <param name="products">Multiplications and additions of a step.</param>
    /// <param name="planned">Steps of the training.</param>
    public static RateBudget Of(double products, long planned)
    {
        int wanted = (int)Math.Clamp(planned, FewestSteps, MostSteps);
        double work = products + StepOverhead, affordable = MostWork / work;
        foreach ((int draws, int folds) in s_choices)
            if (wanted * (EdgeTrials(draws) + RateComparison.UsualTrials(folds)) <= affordable)
                return new RateBudget(wanted, draws, folds, Compared(draws, folds, wanted));
        foreach ((int draws, int folds, int fewest, int most) in s_shortened)
        {
            int steps = (int)Math.Min(Math.Clamp(EdgeShare * affordable / EdgeTrials(draws), ComparingSteps, most), wanted), compared = Compared(draws, folds, steps);
            if (steps >= Math.Min(fewest, wanted) && compared >= Math.Min(ComparingSteps, wanted))
                return new RateBudget(steps, draws, folds, compared);
        }
        int least = (int)Math.Clamp(LargeWork / (UsualRates * work), FewestSteps, ComparingSteps);
        return new RateBudget(least, 1, 0, least);

        // What the search for the edge leaves to compare rates.
        int Compared(int draws, int folds, int steps) => (int)Math.Min((affordable - EdgeTrials(draws) * steps) / RateComparison.UsualTrials(folds), Math.Clamp(planned, wanted, MostComparedSteps));
    }

    static double EdgeTrials(int draws) => draws > 1 ? FirstRates + UsualRungs * draws : UsualRates;
}
