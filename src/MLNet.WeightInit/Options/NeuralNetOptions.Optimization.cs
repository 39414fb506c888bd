using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

// How steps are taken, beyond the optimizer itself.
public sealed partial class NeuralNetOptions
{
    /// <summary>How the learning rate changes during training, by name and with arguments where it has any; <see cref="LearningRate"/> is the highest rate of every schedule.</summary>
    /// <value>
    /// Default: <c>Constant</c>. Lengths are in epochs, the defaults PyTorch's where it has them:
    /// <list type="bullet">
    /// <item><c>Step(step_size=30, gamma=0.1)</c>: times gamma every step_size epochs, by default after each third of a training. Gamma is from 0.001 to 1.</item>
    /// <item><c>Exponential(gamma=0.95)</c>: times gamma every epoch, by default down to a hundredth. Gamma is from 0.001 to 1.</item>
    /// <item><c>Cosine(restarts=0, t_mult=1, eta_min=0)</c>: half a cosine down to eta_min, and again after each restart, each period t_mult times as long as the last; or <c>Cosine(t_0=10)</c>, with a first period of t_0 epochs. Step by step (Loshchilov and Hutter 2017).</item>
    /// <item><c>OneCycle(pct_start=0.3, div_factor=25, final_div_factor=10000)</c>: up, then down to almost nothing, step by step (Smith and Topin 2019).</item>
    /// <item><c>Plateau(factor=0.1, patience=10, threshold=0.0001, cooldown=0, min_lr=0)</c>: times factor where the validation loss, or without validation rows the training loss, has not improved for more than patience epochs; by default half of what early stopping waits.</item>
    /// </list>
    /// Each also takes <c>warmup</c>, epochs in which the rate first rises evenly (Goyal et al. 2017): <c>Cosine(warmup=5, restarts=2)</c>. A schedule spans <see cref="NumberOfEpochs"/>; where that is null it spans
    /// the most epochs that training may take, so set it where the rate shall come down before training ends. An argument out of its range, and a schedule that would be at 0 at once, is an <see cref="ArgumentOutOfRangeException"/>.
    /// </value>
    public string Schedule { get; set; } = NeuralNetDefaults.Schedule;

    /// <summary>Keeps gradients from becoming too long: <c>norm(1)</c> scales all of them down together where the norm of all is above 1, <c>value(0.5)</c> limits each number to −0.5 … 0.5.
    /// Weight decay and L1 come after it.</summary>
    /// <value>Default: null, as they are. <c>norm</c> alone is <c>norm(max_norm=1)</c>, <c>value</c> alone <c>value(clip_value=0.5)</c>. A limit is above 0 and finite. By norm it costs one more pass over the gradients a step.</value>
    public string? GradientClipping { get; set; }

    /// <summary>λ of the penalty λ Σ |w| over all weights (not the biases), which is added to the mean loss: it makes weights small that the data don't need, though rarely exactly 0.</summary>
    /// <value>Default: 0, none. At least 0 and finite.</value>
    public float L1Regularization { get; set; }

    /// <summary>Longest that the vector of incoming weights of a hidden unit may be: after each step longer ones are scaled back (Srivastava et al. 2014, who take 3 to 4 with dropout).</summary>
    /// <value>Default: null, any length. Above 0 and finite.</value>
    public float? MaxNorm { get; set; }

    /// <summary>Trains each hidden unit's incoming weights as a length and a direction, w = g · v / ‖v‖ (Salimans and Kingma 2016): the optimizer moves g and v, which makes steps insensitive to how large the
    /// weights are. It changes the way of training, not the model: that has w, scores as fast and is saved as ever. Training starts at the initializer's weights, with g = ‖w‖. <see cref="WeightDecay"/> pulls g, which
    /// is the same pull on the weights; <see cref="MaxNorm"/> limits it; <see cref="GradientClipping"/> sees the gradients by g and v. The output's weights are trained as they are.</summary>
    /// <value>Default: false. Memory: one more array of the size of the weights; time: two more passes over gradients and weights a step. A hidden unit whose weights are all 0 at the start has no direction: <c>Fit</c> throws
    /// <see cref="InvalidOperationException"/>.</value>
    public bool WeightNormalization { get; set; }

    /// <summary>Share that each step keeps of an exponential moving average of all weights and biases, bias-corrected as Adam's are. The average is what is validated, stopped on and saved; training goes on from the weights themselves.</summary>
    /// <value>Default: null, no average. Above 0 and below 1; 0.99 averages about the last 100 steps, 0.999 the last 1,000. Memory: one more array of the size of the weights.</value>
    public float? EmaDecay { get; set; }

    /// <summary>What <see cref="WeightInitCatalog.FindLearningRate"/> trains with.</summary>
    internal RangeTest? RangeTest { get; set; }

    /// <summary>True for a report of the training without the training.</summary>
    internal bool OnlyMeasures { get; set; }
}
