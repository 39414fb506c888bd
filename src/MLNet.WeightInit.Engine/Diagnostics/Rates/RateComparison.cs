using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What a comparison of rates chose.</summary>
/// <param name="Rate">NaN where none was compared.</param>
/// <param name="WarmUpSteps">Steps of a rise before it; 0 where that gains nothing.</param>
/// <param name="Loss">Of the rows held out, at its end.</param>
/// <param name="Asked">The same at the options' own rate; infinite where that diverges.</param>
/// <param name="Unwarmed">The same at <paramref name="Rate"/> without a rise.</param>
/// <param name="Rates">How many were compared, the options' own among them.</param>
/// <param name="Folds">Parts of the rows that were held out.</param>
/// <param name="LeadsAway">Whether the options' rate is next to the edge or beyond, and is left for that.</param>
internal readonly record struct ComparedRate(double Rate, int WarmUpSteps, double Loss, double Asked, double Unwarmed, int Rates, int Folds, bool LeadsAway)
{
    public static ComparedRate None { get; } = new(double.NaN, 0, double.NaN, double.NaN, double.NaN, 0, 0, false);
}

/// <summary>Trains a copy at rates around the options' own, with a part of the rows held out, and chooses by the loss of these.</summary>
/// <remarks>
/// Every rung is the options' rate doubled or halved, so that this is judged as the others are, by the same parts, starts and orders. A part of the rows is small, and the lowest of ten losses is lower than it should be; and a rate that is too
/// high costs more than one that is too low. So a rung is judged by the mean of its loss and those of the two rungs above it: one is looked for whose double and fourfold are still good. From the options' rung that mean is followed up and down until
/// it rises, and on the way to its lowest point the first rung is chosen that is nearly as good: where the curve is flat, that is a step to the right side, and not the luck of one rung.
/// </remarks>
/// <param name="folds">Parts of the rows that are held out, one after the other.</param>
/// <param name="heldOut">Loss of a fold's rows after a trial on the others, at the rates that a function gives for the steps; infinite where it diverges. Several are asked for at once.</param>
/// <param name="shape">Share of the highest rate at each step of a trial, by the training's schedule.</param>
/// <param name="isConstant">Whether that is 1 throughout, so that a rise may be proposed.</param>
internal sealed class RateComparison(int folds, Func<int, Func<int, double>, double> heldOut, int steps, Func<int, double> shape, bool isConstant, WorkerPool pool)
{
    /// <summary>From the last below the largest stable rate down. The first is there to be a neighbour, and is not chosen.</summary>
    public const int Rungs = 10;

    /// <summary>Rungs that it takes to judge one: its own, and those above.</summary>
    const int Judging = 3;

    /// <summary>Of the loss at the lowest point of the curve, what the chosen rate may have more.</summary>
    const double Nearly = 0.05;

    /// <summary>Of the loss at the options' rate, what another shall gain to be proposed; and what may be lost to leave a rate that is next to the edge. One part of the rows, and one start, tell little.</summary>
    public static double LeastGain(int folds) => folds == 1 ? 0.1 : 0.02;

    /// <summary>A rung worse by no more than this share doesn't end the search: where a network learns nothing yet, the curve is flat before it falls.</summary>
    const double Flat = 0.005;

    /// <summary>A rise takes this share of a trial.</summary>
    const int WarmUpShare = 8;

    /// <summary>A rise shall gain this much to be proposed, and on every part of the rows: it is one more thing to write.</summary>
    const double WarmUpGain = 0.03;

    /// <summary>Trials that it takes, more or less: half a dozen rungs, and the chosen one with a rise.</summary>
    public static int UsualTrials(int folds) => 7 * folds;

    /// <param name="stable">The largest rate that trains.</param>
    /// <param name="asked">The highest of the schedule that was asked for; above 0.</param>
    public ComparedRate Choose(double stable, double asked)
    {
        double[] rates = Ladder(stable, asked);
        var losses = new double[Rungs][];
        int own = Array.IndexOf(rates, asked);
        double[] askedLosses = own >= 0 ? Measure(rates, losses, own, own)[own] : Losses([asked], warmUp: 0)[0];
        int best = Descend(rates, losses, Math.Clamp(own >= 0 ? own : asked > stable ? 0 : Rungs - 1, 1, Rungs - 1));
        if (best < 0)
            return ComparedRate.None;
        int compared = losses.Count(rung => rung is not null) + (own < 0 ? 1 : 0);
        double askedSum = Sum(askedLosses);
        // A rate that is next to the edge, or beyond, can't be judged with those above it: one is led away from it.
        double before = own >= 0 ? Judged(losses, own) : asked < stable ? askedSum : double.PositiveInfinity;
        bool isNextToEdge = !double.IsFinite(before);
        int chosen = isNextToEdge ? best : FirstNearly(losses, own >= 0 ? own : Rungs, best);
        double gain = askedSum - Sum(losses[chosen]), least = LeastGain(folds) * Math.Abs(askedSum);
        bool stays = isNextToEdge ? asked <= stable && gain < -least : !(gain > least);
        (double rate, double[] parts) = stays ? (asked, askedLosses) : (rates[chosen], losses[chosen]);
        double unwarmed = Sum(parts), sum = unwarmed;
        int warmUp = 0;
        if (isConstant && steps >= 2 * WarmUpShare && Losses([rate], steps / WarmUpShare)[0] is var warmed && Sum(warmed) < sum - WarmUpGain * Math.Abs(sum) && warmed.Zip(parts).All(part => part.First < part.Second))
            (warmUp, sum) = (steps / WarmUpShare, Sum(warmed));
        return new ComparedRate(rate, warmUp, sum / folds, askedSum / folds, unwarmed / folds, compared, folds, isNextToEdge && !stays);
    }

    /// <summary>The options' rate, doubled or halved until it is the last that isn't above the largest stable one, and the halves of that.</summary>
    static double[] Ladder(double stable, double asked)
    {
        double top = asked;
        while (2 * top <= stable)
            top *= 2;
        while (top > stable)
            top /= 2;
        return [.. Enumerable.Range(0, Rungs).Select(rung => top / (1 << rung))];
    }

    /// <summary>The rung that is judged best, from one on up and then down until the next is worse; −1 where none that was met is finite.</summary>
    int Descend(double[] rates, double[][] losses, int start)
    {
        int best = start;
        Measure(rates, losses, start - Judging, start + 1);
        foreach (int direction in (ReadOnlySpan<int>)[-1, 1])
            for (int rung = start + direction; rung is >= 1 and < Rungs; rung += direction)
            {
                Measure(rates, losses, rung - Judging + 1, rung);
                double judged = Judged(losses, rung), lowest = Judged(losses, best);
                if (judged < lowest)
                    best = rung;
                else if (direction < 0 && !double.IsFinite(judged) || judged > lowest + Flat * Math.Abs(lowest))
                    break;                                              // but not downwards from where rates diverge, which is infinite and above none
            }
        return double.IsFinite(Judged(losses, best)) ? best : -1;
    }

    /// <summary>Sees to it that rungs from one to another have losses: all trials that are missing at once.</summary>
    double[][] Measure(double[] rates, double[][] losses, int first, int last)
    {
        int[] missing = [.. Enumerable.Range(0, Rungs).Where(rung => rung >= first && rung <= last && losses[rung] is null)];
        double[][] measured = Losses([.. missing.Select(rung => rates[rung])], warmUp: 0);
        foreach ((int rung, double[] parts) in missing.Zip(measured))
            losses[rung] = parts;
        return losses;
    }

    /// <summary>The mean of a rung's loss and those of the two above it. The first has none: what is next to an edge in these trials is beyond it in others.</summary>
    static double Judged(double[][] losses, int rung)
    {
        if (rung == 0)
            return double.PositiveInfinity;
        double sum = 0;
        for (int above = 0; above < Judging; above++)
            sum += Sum(losses[Math.Max(rung - above, 0)]);
        return sum / Judging;
    }

    /// <summary>From the options' rung, or from below all, towards the best one: the first that is nearly as good.</summary>
    static int FirstNearly(double[][] losses, int own, int best)
    {
        int direction = Math.Sign(best - own);
        double limit = Judged(losses, best) + Nearly * Math.Abs(Judged(losses, best));
        for (int rung = own + direction; rung != best && direction != 0; rung += direction)
            if (Judged(losses, rung) <= limit)
                return rung;
        return best;
    }

    /// <summary>By rate and fold; all trials at once.</summary>
    double[][] Losses(double[] rates, int warmUp)
    {
        double[][] losses = [.. rates.Select(_ => new double[folds])];
        pool.Run(rates.Length * folds, trial => losses[trial / folds][trial % folds] = Loss(trial % folds, rates[trial / folds], warmUp));
        return losses;
    }

    static double Sum(double[] parts)
    {
        double sum = 0;
        foreach (double part in parts)
            sum += part;
        return sum;
    }

    double Loss(int fold, double rate, int warmUp)
        => heldOut(fold, step => step < warmUp ? rate * (step + 1) / (warmUp + 1) : rate * shape(step));
}
